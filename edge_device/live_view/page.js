// Updates the numbers under the picture every two seconds.
async function refresh() {
  const answer = await fetch("/state");
  const state = await answer.json();
  for (const name of ["frames_per_s", "detector_ms", "sent", "waiting", "dropped"]) {
    document.getElementById(name).textContent = state[name] ?? "-";
  }
}
refresh();
setInterval(refresh, 2000);
