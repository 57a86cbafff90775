// Keys for those who review a lot. Every key does what a link or a button of the page does.
const typing = (element) => element.matches("input, select, textarea, [contenteditable]");
const items = () => [...document.querySelectorAll("[data-item]")];
function move(step) {
  const all = items();
  const now = all.findIndex((item) => item.classList.contains("current"));
  const next = all[Math.min(Math.max(now + step, 0), all.length - 1)];
  if (!next) return;
  all.forEach((item) => item.classList.toggle("current", item === next));
  next.querySelector("a").focus();
  next.scrollIntoView({ block: "nearest" });
}
function act(key) {
  const target = document.querySelector(`[data-key="${key}"]`);
  if (!target) {
    const link = document.querySelector("[data-item].current a");
    if (link) location.assign(`${link.getAttribute("href")}#${key}`);
    return;
  }
  if (!target.matches("details")) return target.click();
  document.querySelectorAll("details.verdict").forEach((each) => { each.open = each === target; });
  target.querySelector("select").focus();
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === "j" || event.key === "k") move(event.key === "j" ? 1 : -1);
  else if (event.key === "?") {
    const help = document.getElementById("keys");
    if (help) { help.open = !help.open; help.scrollIntoView({ block: "nearest" }); }
  } else if ("acduz".includes(event.key)) act(event.key);
  else return;
  event.preventDefault();
});
// From the queue, a key opens the encounter with the form that the key is for. It decides nothing unseen.
if (/^#[cdu]$/.test(location.hash)) act(location.hash[1]);
// 304: the page is current, and stays as it is.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 304) event.detail.shouldSwap = false;
});
