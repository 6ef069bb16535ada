(() => {
  "use strict";
  const { slip, held, formulas, carried, items, words, submitted, draft, most, power, units } = TOLD;
  const page = sheet({ ...held }, Object.fromEntries(Object.entries(formulas).map(([spot, k]) => [spot, PRINTED[k]])));
  const all = selector => [...document.querySelectorAll(selector)];
  const spotOf = said => said.split(",").map(Number);
  const kept = "targetcal-" + slip.nonce, waiting = [...items], more = document.getElementById("more");
  const button = document.getElementById("submit"), told = document.getElementById("told");

  // What people type as a number: wide digits, separators of thousands, the unit behind, and multiples that Chinese
  // counts in. Where the unit is one itself (万元), they count in it.
  const bare = said => said.normalize("NFKC").replace(/\s/g, "");
  const behind = Object.entries(units).map(([unit, power]) => [bare(unit), power]);
  const read = (said, inUnits) => {
    const plain = bare(said), [unit, less] = inUnits && behind.find(([one]) => plain.endsWith(one)) || ["", 0];
    const [, number, times] = plain.slice(0, plain.length - unit.length).match(/^([-+−]?[\d.,]+)([万亿]?)$/) || [];
    if (!number || (number.includes(",") && !/^[-+−]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(number))) return said;
    const value = Number(number.replaceAll(",", "").replace("−", "-"));
    const tens = { "": 0, "万": 4, "亿": 8 }[times] - (unit || !inUnits || !times ? less : power);
    return Number.isFinite(value) ? Number(value + "e" + tens) : said;
  };
  const dayNumber = day => Math.round((Date.parse(day) - Date.UTC(1899, 11, 30)) / 864e5);

  // A field's value as the ledger has it, and as the sheet's cell holds it.
  const valueOf = field => {
    const said = field.value;
    if (said.trim() === "") return null;
    return ["number", "decimal"].includes(field.dataset.kind) ? read(said, field.dataset.kind === "number") : said;
  };
  const heldBy = field => {
    if (field.tagName === "SELECT") return field.selectedOptions[0].dataset.held ?? null;
    return field.dataset.kind === "date" && field.value ? dayNumber(field.value) : valueOf(field);
  };

  const saidOf = (value, form) => {
    if (value === null || value === "" || value === FAULT) return "";
    if (typeof value !== "number" || !form) return str(value).replace(words.ready_there, words.ready);
    const [places, power, sign] = form.split(",");
    const said = FIXED(Number(value.toPrecision(15) + "e" + -Number(power)), Number(places));
    return said.replace("-", "−") + sign;
  };
  const show = () => {
    for (const one of all("[data-shows]")) {
      const said = saidOf(page.at(...spotOf(one.dataset.shows)), one.dataset.form);
      if (one.textContent !== said) one.textContent = said;
    }
  };
  const fields = () => all("[data-field]");
  const put = field => page.put(...spotOf(field.dataset.at), heldBy(field));
  const typed = () => fields().map(field => [field.id, field.value]);
  const remember = () => { try { localStorage.setItem(kept, JSON.stringify(typed())); } catch { /* then nothing is kept */ } };

  const status = finished => {
    page.put(...spotOf(button.dataset.status), finished ? submitted : draft);
    show();
  };
  const values = finished => [
    ...carried,
    ...fields().map(field => [field.dataset.row || null, field.dataset.field, valueOf(field)]),
    [null, "status", finished ? "submitted" : "draft"],
    [null, "submitted_on", finished ? new Date(Date.now() - new Date().getTimezoneOffset() * 6e4).toISOString().slice(0, 10) : null],
  ].filter(([, , value]) => value !== null);
  // Files that go along: those that a line still names when the answer is saved. What is chosen is read at once, as sharing may not wait.
  const chosen = new Map(), namesIn = field => field.value.split(/[\n;；]/).map(name => name.trim()).filter(Boolean);
  const named = () => new Set(fields().filter(one => one.dataset.field === "attachment").flatMap(namesIn));
  const along = () => [...chosen].filter(([name]) => named().has(name));
  const base64 = one => new Promise((go, fail) => {
    const reader = new FileReader();
    Object.assign(reader, { onload: () => go(reader.result.slice(reader.result.indexOf(",") + 1)), onerror: () => fail(reader.error) });
    reader.readAsDataURL(one);
  });
  // Telephones call every photograph the same: another one gets a name of its own.
  const nameOf = (one, digest) => {
    const [, stem, ending] = /^(.*?)(\.[^.]*)?$/s.exec(one.name.normalize("NFC").replace(/[;；\n]/g, "_"));
    for (let k = 1; ; k++) {
      const name = stem + (k > 1 ? ` (${k})` : "") + (ending ?? "");
      if ((chosen.get(name)?.digest ?? digest) === digest) return name;
    }
  };
  const attach = async (files, field) => {
    for (const one of files) {
      if (along().reduce((sum, [, { size }]) => sum + size, one.size) > most) {
        told.textContent = words.full.replace("{file}", one.name);
        continue;
      }
      const digest = [...sha256(new Uint8Array(await one.arrayBuffer()))].map(x => x.toString(16).padStart(2, "0")).join("");
      const name = nameOf(one, digest);
      chosen.set(name, { digest, size: one.size, data: await base64(one) });
      field.value = [...new Set([...namesIn(field), name])].join("; ");
    }
    put(field);
    status(false);
    remember();
  };
  const file = finished => {
    const sent = along(), listed = sent.length ? { files: sent.map(([name, { digest }]) => [name, digest]) } : {};
    const content = JSON.stringify({ ...slip, saved_at: new Date().toISOString(), values: values(finished), ...listed });
    const files = sent.length ? { files: Object.fromEntries(sent.map(([name, { data }]) => [name, data])) } : {};
    const said = JSON.stringify({ targetcal: "answer", version: sent.length ? 2 : 1, content, mac: hmac(slip.nonce, content), ...files });
    return new File([said], `${slip.plan}-${slip.region}-R${slip.round}.answer.json`, { type: "application/json" });
  };
  const save = finished => {
    status(finished);
    const made = file(finished), link = document.createElement("a");
    link.href = URL.createObjectURL(made);
    link.download = made.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    told.textContent = words.saved.replace("{file}", made.name);
  };

  document.querySelector("form").addEventListener("input", event => {
    if (event.target.type === "file") return;
    put(event.target);
    status(false);
    remember();
  });
  for (const one of all("[data-names]")) {
    one.addEventListener("change", () => attach([...one.files], document.getElementById(one.dataset.names)).then(() => { one.value = ""; }));
  }
  button.addEventListener("click", () => {
    const left = page.at(...spotOf(all(".cards [data-shows]").at(-1).dataset.shows));
    if (left > 0) told.textContent = words.left.replace("{count}", left);
    else save(true);
  });
  document.getElementById("save").addEventListener("click", () => save(false));
  // A support item is a copy of the one in the template, on its own row of the sheet.
  const addItem = () => {
    const [row, at, said] = waiting.shift(), copy = document.getElementById("item").content.cloneNode(true);
    copy.querySelector("legend").textContent = row;
    for (const field of copy.querySelectorAll("[data-field]")) {
      const { dataset } = field, id = row + "-" + dataset.field;
      copy.querySelector(`label[for="${field.id}"]`).htmlFor = id;
      [field.id, dataset.row, dataset.at] = [id, row, at + "," + spotOf(dataset.at)[1]];
      field.value = said[dataset.field] ?? "";
    }
    const item = copy.firstElementChild;
    document.getElementById("all-items").append(item);
    more.hidden = waiting.length === 0;
    return item;
  };
  while (waiting.some(([, , said]) => Object.keys(said).length)) addItem();
  more.addEventListener("click", () => addItem().querySelector("select,input,textarea").focus());
  const share = document.getElementById("share");
  if (navigator.canShare?.({ files: [file(false)] })) {
    share.hidden = false;
    share.addEventListener("click", () => navigator.share({ files: [file(false)], title: document.title }).catch(() => {}));
  }
  try {
    for (const [id, value] of JSON.parse(localStorage.getItem(kept)) || []) {
      while (value && !document.getElementById(id) && waiting.some(([row]) => id.startsWith(row + "-"))) addItem();
      const field = document.getElementById(id);
      if (field) field.value = value;
    }
  } catch { /* what was kept cannot be read: the page is as it came */ }
  fields().forEach(put);
  status(false);
  window.targetcal = { file, attach };
})();
