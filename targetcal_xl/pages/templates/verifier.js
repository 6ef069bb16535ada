(() => {
  "use strict";
  // Files are read where they are: the page's own policy lets nothing leave it.
  const byId = id => document.getElementById(id);
  const files = [], language = byId("language"), status = byId("status"), told = byId("told"), clear = byId("clear");
  const say = (key, fields = {}) => filled(WORDS[language.value], `pages.verifier.${key}`, fields);
  const made = (kind, look, text) => Object.assign(document.createElement(kind), { className: look, textContent: text });
  const LOOKS = { "✓": "done", "✗": "wrong" };

  const sentence = ({ mark, said, indented }) => made("p", `said ${LOOKS[mark] || (mark && "open")}${indented ? " indented" : ""}`, `${mark} ${said}`.trim());
  const table = ({ captions, rows, own }) => {
    const frame = made("div", "wide", ""), list = made("table", "", ""), head = made("tr", "", ""), body = made("tbody", "", "");
    Object.assign(frame, { tabIndex: 0, role: "region", ariaLabel: say("entries", { count: rows.length }) });
    head.append(...captions.map(one => Object.assign(made("th", "", one), { scope: "col" })));
    for (const cells of rows) {
      const row = made("tr", "", "");
      row.append(...cells.map((said, k) => {
        const look = /\S{30}/.test(said) ? "unbroken" : "";
        const cell = k ? made("td", look, said) : Object.assign(made("th", "", said), { scope: "row" });
        cell.dataset.caption = captions[k];
        return cell;
      }));
      body.append(row);
    }
    list.append(Object.assign(made("thead", "", "")), body);
    list.tHead.append(head);
    frame.append(list);
    if (!own) return frame;
    const folded = document.createElement("details");
    folded.append(made("summary", "", say("entries", { count: rows.length })), frame);
    return folded;
  };
  const show = async () => {
    const asked = files.length, report = await judge(files);
    if (asked !== files.length) return;
    told.replaceChildren(...[...tell(WORDS[language.value], report)].map(part => part.rows ? table(part) : sentence(part)));
    status.textContent = asked ? say("looked", { count: asked, names: files.map(one => one.name).join(say("comma")) }) : say("nothing");
    clear.hidden = !asked;
  };
  const speak = () => {
    document.documentElement.lang = language.value;
    document.title = say("title");
    for (const one of document.querySelectorAll("[data-say]")) one.textContent = say(one.dataset.say);
    return show();
  };
  const take = async given => {
    status.textContent = say("reading");
    const isNew = one => !files.some(other => other.name === one.name && other.size === one.size && other.at === one.lastModified);
    const read = async one => {
      const known = { name: one.name, size: one.size, at: one.lastModified };
      if (one.size > MOST_FILE) return { ...known, fault: { code: "file_too_big", most: MOST_FILE / 2 ** 20 } };
      try {
        return { ...known, bytes: new Uint8Array(await one.arrayBuffer()) };
      } catch (error) {
        return { ...known, fault: { code: "file_unreadable", detail: error.message } };
      }
    };
    files.push(...await Promise.all([...given].filter(isNew).map(read)));
    return show();
  };

  byId("files").addEventListener("change", event => { take(event.target.files).then(() => { event.target.value = ""; }); });
  clear.addEventListener("click", () => { files.length = 0; show().then(() => byId("files").focus()); });
  language.addEventListener("change", speak);
  const over = isOver => event => { event.preventDefault(); byId("drop").classList.toggle("over", isOver); };
  addEventListener("dragover", over(true));
  addEventListener("dragleave", over(false));
  addEventListener("drop", event => { over(false)(event); take(event.dataTransfer.files); });
  show();
})();
