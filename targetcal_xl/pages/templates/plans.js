(() => {
  "use strict";
  // Every word that is typed has to be in a row, wherever in it.
  const box = document.getElementById("find"), left = document.getElementById("left");
  const rows = [...document.querySelectorAll("tbody tr")];
  const first = rows.filter(row => row.closest("table").className === "of-plans");
  box.addEventListener("input", () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(word => word);
    for (const row of rows) {
      const said = row.textContent.toLowerCase();
      row.hidden = !words.every(word => said.includes(word));
    }
    const count = first.filter(row => !row.hidden).length;
    left.textContent = words.length ? left.dataset.left.replace("#", count) : "";
  });
})();
