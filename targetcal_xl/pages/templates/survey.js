(() => {
  "use strict";
  const { columns, words } = TOLD, told = document.getElementById("told");
  const said = () => {
    const form = new FormData(document.querySelector("form"));
    return columns.map(column => form.get(column) || "");
  };
  // A file's name says nothing: it is random, so that answers do not take each other's place.
  const name = () => "answer-" + [...crypto.getRandomValues(new Uint8Array(6))].map(one => one.toString(16).padStart(2, "0")).join("") + ".csv";
  document.getElementById("save").addEventListener("click", () => {
    const values = said();
    if (values.some(value => value === "")) {
      told.textContent = words.missing;
      return;
    }
    const link = document.createElement("a"), quoted = values.map(value => `"${value.replaceAll('"', '""')}"`);
    const file = new File(["\ufeff", columns.join(",") + "\r\n" + quoted.join(",") + "\r\n"], name(), { type: "text/csv" });
    link.href = URL.createObjectURL(file);
    link.download = file.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    told.textContent = words.saved.replace("{file}", file.name);
    document.querySelector("form").reset();
  });
})();
