"use strict";
// Fills in what the form sends from what people see: the media type, the place, and the time in UTC. The form has the
// messages, in the language of the page.
const form = document.querySelector("form");
const file = document.getElementById("file");
const place = document.getElementById("place");
const time = document.getElementById("time");
const refused = document.getElementById("refused");

function field(name) {
  return form.querySelector(`input[name="${name}"]`);
}

function localMinute(instant) {
  const shifted = new Date(instant.getTime() - instant.getTimezoneOffset() * 60000);
  return shifted.toISOString().slice(0, 16);
}

function problem() {
  const picture = file.files[0];
  if (!picture) return form.dataset.noPicture;
  if (!["image/jpeg", "image/png"].includes(picture.type)) return form.dataset.otherType;
  if (picture.size > Number(form.dataset.maxBytes)) return form.dataset.tooLarge;
  if (time.value && new Date(time.value) > new Date()) return form.dataset.future;
  return "";
}

time.max = localMinute(new Date());
file.addEventListener("change", () => {
  refused.textContent = "";
  if (file.files[0] && !time.value) time.value = localMinute(new Date(file.files[0].lastModified));
});
form.addEventListener("submit", (event) => {
  refused.textContent = problem();
  if (refused.textContent) {
    event.preventDefault();
    return;
  }
  field("Content-Type").value = file.files[0].type;
  field("x-amz-meta-place").value = encodeURIComponent(place.value.trim());
  field("x-amz-meta-captured-at").value = time.value ? new Date(time.value).toISOString() : "";
});
