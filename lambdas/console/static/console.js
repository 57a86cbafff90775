// Pages that ask by themselves stop while nobody looks, and once somebody signs out.
let leaving = false;
document.addEventListener("submit", (event) => {
  leaving = leaving || event.target.getAttribute("action") === "/sign-out";
});
document.addEventListener("htmx:beforeRequest", (event) => {
  const polls = event.detail.elt.matches("[hx-trigger*='every']");
  if (leaving || (polls && document.hidden)) event.preventDefault();
});
