(() => {
  "use strict";
  // The page is written anew where it lies; who reads it longer than that unticks the box.
  const box = document.getElementById("renews"), key = "targetcal-renews";
  const pause = Number(document.body.dataset.renews) * 1000;
  let kept = null;
  try { kept = sessionStorage.getItem(key); } catch { /* no storage: the box begins ticked */ }
  if (kept === "no") box.checked = false;
  box.addEventListener("change", () => {
    try { sessionStorage.setItem(key, box.checked ? "yes" : "no"); } catch { /* as above */ }
  });
  setInterval(() => { if (box.checked) location.reload(); }, pause);
})();
