// What `targetcal verify` does, step by step alike: reading proofs (ledger/bundle.py, checkpoint.py), proving them (merkle.py),
// judging other files by them and telling it all (actions/attest.py). Whoever changes one changes the other: tests hold both to the same words.
const FORM = "targetcal-xl/proof-1";
const MOST_FILE = 256 * 2 ** 20, MOST_PARTS = 64 * 2 ** 20, MOST_OF_A_KIND = 12, MOST_DEPTH = 201, MOST_DIGITS = 4300;
const COLUMNS = ["number", "at", "actor", "source", "action", "region", "row", "field", "old", "new", "reason", "previous"];
const TOLD_COLUMNS = ["number", "at", "actor", "action", "region", "row", "field", "old", "new", "reason"];
const MARKS = { agree: "✓", recorded: "✓", signed: "✓", fork: "✗", apart: "⚑", unshown: "?", coded: "?", unknown: "?", unread: "?" };
const BLANKS = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000"; // as Unicode has them, and Python
const NOTE = /^([^\n]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n(?:\n((?:\u2014 [^\n]+\n)+))?$/;
const SIGNATURE = new RegExp(`^\u2014 [^${BLANKS}+]+ ([A-Za-z0-9+/]+={0,2})$`);

const utf8 = new TextEncoder();
const hex = bytes => [...bytes].map(x => x.toString(16).padStart(2, "0")).join("");
const unhex = text => {
  if (!/^[0-9a-f]{64}$/.test(text)) throw new Error("a step of a path is a hash");
  return Uint8Array.from(text.match(/../g), two => parseInt(two, 16));
};
const unbase64 = text => {
  if (text.length % 4) throw new Error("this is no base64");
  return Uint8Array.from(atob(text), one => one.charCodeAt(0));
};

// JSON as the program reads it: no half of a surrogate pair, nothing deeper or longer than it takes.
const readJson = text => {
  const found = JSON.parse(text);
  let depth = 0;
  for (const [token] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[[{\]}]|(?<![\d.eE+])\d+/gs)) {
    if (token[0] === '"') {
      if (/\p{Surrogate}/u.test(JSON.parse(token))) throw new Error("half of a pair");
    } else if ("[{".includes(token)) {
      if (++depth > MOST_DEPTH) throw new Error("too deep");
    } else if ("]}".includes(token)) depth--;
    else if (token.length > MOST_DIGITS) throw new Error("too long");
  }
  return found;
};

// RFC 6962: leaves, nodes, and the two kinds of paths.
const leafHash = content => sha256(joined(Uint8Array.of(0), content));
const parentHash = (left, right) => sha256(joined(Uint8Array.of(1), joined(left, right)));
const EMPTY = hex(sha256(new Uint8Array(0)));

const isIncluded = (leaf, index, size, path, root) => {
  if (index < 0n || index >= size) return false;
  let at = index, last = size - 1n, found = leaf;
  for (const step of path) {
    if (!last) return false;
    if (at % 2n || at === last) {
      found = parentHash(step, found);
      while (!(at % 2n) && at) { at >>= 1n; last >>= 1n; }
    } else found = parentHash(found, step);
    at >>= 1n;
    last >>= 1n;
  }
  return !last && hex(found) === root;
};

const isConsistent = (before, size, path, old, root) => {
  if (before <= 0n || before >= size) return !path.length && (before ? before === size && old === root : old === EMPTY);
  const [first, ...steps] = before & (before - 1n) ? path : [unhex(old), ...path];
  if (!first) return false;
  let at = before - 1n, last = size - 1n, was = first, now = first;
  while (at % 2n) { at >>= 1n; last >>= 1n; }
  for (const step of steps) {
    if (!last) return false;
    if (at % 2n || at === last) {
      was = parentHash(step, was);
      now = parentHash(step, now);
      while (!(at % 2n) && at) { at >>= 1n; last >>= 1n; }
    } else now = parentHash(now, step);
    at >>= 1n;
    last >>= 1n;
  }
  return !last && hex(was) === old && hex(now) === root;
};

// A checkpoint's note (c2sp.org/tlog-checkpoint); its root in hex.
const readCheckpoint = note => {
  const found = NOTE.exec(note);
  if (!found) throw new Error("this is no checkpoint");
  for (const line of (found[4] || "").split("\n").slice(0, -1)) {
    const signed = SIGNATURE.exec(line);
    if (!signed || unbase64(signed[1]).length <= 4) throw new Error("a signature line is damaged");
  }
  const root = hex(unbase64(found[3]));
  const text = `${found[1]}\n${found[2]}\n${btoa(String.fromCharCode(...unbase64(found[3])))}\n`;
  return { origin: found[1], size: BigInt(found[2]), root, text, mark: `${found[2]}-${root.slice(0, 40)}` };
};

// A proof, in every field what it has to be, or nothing.
const isTexts = list => Array.isArray(list) && list.every(one => typeof one === "string");
const isRecord = (one, fields, needed) => one !== null && typeof one === "object" && !Array.isArray(one)
  && Object.keys(one).every(name => Object.hasOwn(fields, name) && fields[name](one[name]))
  && needed.every(name => Object.hasOwn(one, name));
const isText = said => typeof said === "string";
const isListOf = (fields, needed) => list => Array.isArray(list) && list.every(one => isRecord(one, fields, needed));
const SPOKEN = { part: isText, salt: isText, words: isText }, isPlace = said => Number.isInteger(said) && said >= 0;
const PASSAGE = { document: isText, place: isPlace, salt: isText, words: isText };
const isSpoken = isListOf(SPOKEN, Object.keys(SPOKEN));
const PROVEN = { content: isText, path: isTexts, words: isSpoken }, BEGUN = { checkpoint: isText, path: isTexts };
const PROOF = {
  form: said => said === FORM, checkpoint: isText, documents: isTexts,
  entries: isListOf(PROVEN, ["content", "path"]), beginnings: isListOf(BEGUN, Object.keys(BEGUN)),
  passages: isListOf(PASSAGE, Object.keys(PASSAGE)),
};

const readProof = bytes => {
  try {
    const said = readJson(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
    if (!isRecord(said, PROOF, ["form", "checkpoint", "entries"])) return null;
    return { ...said, beginnings: said.beginnings ?? [], documents: said.documents ?? [], passages: said.passages ?? [] };
  } catch {
    return null;
  }
};

// What stands in an entry; its number as a BigInt, as that is exact.
const columnsOf = content => {
  const found = readJson(content), number = /^[ \t\r\n]*\[[ \t\r\n]*(-?\d+)[ \t\r\n]*,/.exec(content);
  if (!number || !Array.isArray(found) || found.length !== COLUMNS.length) throw new Error("this is no entry");
  if (!found.slice(1).every(one => one === null || isText(one))) throw new Error("this is no entry");
  return Object.fromEntries(COLUMNS.map((name, k) => [name, k ? found[k] : BigInt(number[1])]));
};
const named = columns => (columns.new ?? "").replace(/^"+|"+$/g, "");
const unless = (failed, work) => { try { return work(); } catch { return failed; } };

const isProven = (one, seen) => unless(false, () => isIncluded(
  leafHash(utf8.encode(one.content)), columnsOf(one.content).number - 1n, seen.size, one.path.map(unhex), seen.root));
const isBeginning = (one, seen) => unless(false, () => {
  const before = readCheckpoint(one.checkpoint);
  return isConsistent(before.size, seen.size, one.path.map(unhex), before.root, seen.root) && before.origin === seen.origin;
});

// People's words stand beside, salted: what is hashed holds a commitment in their place (ledger/words.py, passages.py).
const PARTS = ["old", "new", "reason"];
const WORDS_OF = new Set([
  "attachment", "basis", "change.reason", "comment", "decision_reason", "event.note", "granted_reason", "history.note", "letter.question",
  "letter.reply", "letter.scan", "objection.basis", "objection.present", "objection.risk", "objection.support", "risk", "seal", "support", "support_declined",
  "thread.file", "thread.text", "warning.taken", "what",
]);
const WORD_NAMES = new Set(["basis", "handling", "reason", "risk", "subject", "support", "text", "what"]);
const isCommitment = said => isText(said) && /^~[0-9a-f]{64}$/.test(said);
const commitment = (salt, words) => {
  if (!/^[0-9a-f]{32}$/.test(salt)) throw new Error("this is no salt");
  return `~${hex(sha256(joined(Uint8Array.from(salt.match(/../g), two => parseInt(two, 16)), utf8.encode(words))))}`;
};
const isSaid = one => unless(false, () => {
  const columns = columnsOf(one.content);
  return (one.words ?? []).every(said => columns[said.part] === commitment(said.salt, said.words));
});
const isFilled = said => isText(said) && said !== "";
const isCell = list => list.length === 3 && isText(list[1]) && WORDS_OF.has(list[1]) && isFilled(list[2]);
function* wordsIn(held) {
  if (Array.isArray(held)) {
    if (isCell(held)) yield held[2];
    else for (const one of held) yield* wordsIn(one);
  } else if (held !== null && typeof held === "object") {
    for (const [name, one] of Object.entries(held)) {
      const isWords = WORD_NAMES.has(name) || (name === "value" && WORDS_OF.has(held.field));
      if (isWords && isFilled(one)) yield one;
      else yield* wordsIn(one);
    }
  }
}
const misquoted = (passages, contents) => [...new Set(passages.map(one => one.document))].filter(name => !unless(false, () => {
  const stored = [...wordsIn(readJson(contents.get(name)))];
  return passages.every(one => one.document !== name || stored[one.place] === commitment(one.salt, one.words));
}));

// What entries read like: with the words beside them, or who erased these, or that they are not here.
const erasedIn = (words, entries) => {
  const seen = new Map();
  for (const { number, at, actor, action, field, new: said } of entries) {
    const places = action === "erase" && field === "erased" && unless(null, () => readJson(said));
    if (!isText(places) || !isText(actor) || !isText(at) || !MOMENT.test(at)) continue;
    if (unless("", () => new Date(at).toISOString().slice(0, 19)) !== at.slice(0, 19)) continue;
    const mark = filled(words, "ledger.erased", { number, date: at.slice(0, 10), actor });
    for (const place of places.split(new RegExp(`[${BLANKS}]+`))) seen.set(place.replace(/^0+(?=[0-9]+\.)/, ""), mark);
  }
  return seen;
};
const toldColumns = (words, entries, proof) => {
  const erased = erasedIn(words, entries);
  return entries.map((columns, k) => {
    const said = new Map((proof.entries[k].words ?? []).map(one => [one.part, one.words])), told = { ...columns };
    for (const part of PARTS) {
      if (!isCommitment(columns[part])) continue;
      told[part] = said.get(part) || (erased.get(`${columns.number}.${part}`) ?? words["telling.attest.unsaid"]);
    }
    return told;
  });
};

// Everything in a proof that does not follow from its checkpoint; of a sound one, what it tells.
const examined = (name, proof) => {
  const problems = [], seen = unless(null, () => readCheckpoint(proof.checkpoint));
  if (!seen) return { name, proof, problems: [{ code: "proof_checkpoint" }] };
  proof.entries.forEach((one, k) => {
    if (!isProven(one, seen)) problems.push({ code: "proof_entry", place: k + 1 });
    else if (!isSaid(one)) problems.push({ code: "proof_words", place: k + 1 });
  });
  for (const one of proof.beginnings) {
    const head = one.checkpoint.split(new RegExp(`[${BLANKS}]+`)).filter(Boolean).join(" ");
    if (!isBeginning(one, seen)) problems.push({ code: "proof_beginning", head });
  }
  const names = new Set(proof.entries.map(one => unless("", () => named(columnsOf(one.content)))));
  const contents = new Map(proof.documents.map(one => [`sha256:${hex(sha256(utf8.encode(one)))}`, one]));
  for (const document of contents.keys()) if (!names.has(document)) problems.push({ code: "proof_document", document });
  for (const document of misquoted(proof.passages, contents)) problems.push({ code: "proof_document_words", document });
  if (problems.length) return { name, proof, problems };
  const entries = proof.entries.map(one => columnsOf(one.content));
  const checkpoints = [seen, ...proof.beginnings.map(one => readCheckpoint(one.checkpoint))];
  const stamps = stampsOf(entries, contents, checkpoints);
  return { name, proof, problems, seen, entries, checkpoints, stamps, records: [...recordsOf(entries, contents)] };
};

// The time stamps that a sound proof tells of, on checkpoints that it proves.
const STAMP = { checkpoint: isText, authority: isText, token: isText };
const stampsOf = (entries, contents, known) => entries.flatMap(one => {
  if (one.action !== "stamp" || one.field !== "stamp.record" || !contents.has(named(one))) return [];
  const said = unless(null, () => readJson(contents.get(named(one))));
  const seen = isRecord(said, STAMP, Object.keys(STAMP)) && known.find(each => each.text === said.checkpoint);
  return seen ? [{ ...said, text: seen.text, mark: seen.mark }] : [];
});

// The letters, packs and pages that a sound proof tells of, each with the SHA-256 of its files.
function* recordsOf(entries, contents) {
  for (const one of entries) {
    const make = MAKERS[`${one.action} ${one.field}`];
    if (!make || !contents.has(named(one))) continue;
    const records = make(unless(null, () => readJson(contents.get(named(one)))));
    for (const record of [records].flat()) if (record) yield { entry: one.number, ...record };
  }
}
const letterOf = said => {
  const { number, chain_head: head, replaces = "" } = said?.letter ?? {}, files = said?.files;
  const isPair = pair => Array.isArray(pair) && pair.length === 2 && isText(pair[1]);
  const isLetter = isText(number) && isText(head) && isText(replaces) && Array.isArray(files) && files.every(isPair);
  return isLetter ? { letter: number, head, hashes: files.map(pair => pair[1]), replaces } : null;
};
// Of representatives; like the program, none at all where one of them is no record.
const lettersOf = said => {
  const records = Array.isArray(said?.issues) ? said.issues.map(letterOf) : [];
  return records.every(Boolean) ? records : [];
};
const handedOut = said => {
  const head = said?.slip?.head, digest = said?.sha256;
  return isText(head) && isText(digest) ? { letter: "", head, hashes: [digest] } : null;
};
const signedBy = said => isText(said?.letter) && isText(said?.sha256)
  ? { letter: said.letter, head: "", hashes: [said.sha256], certificate: said.certificate } : null;
const MAKERS = { "sign letter.signed_head": signedBy, "sign letter.signed_superior": signedBy,
  "letters letter.record": letterOf, "letters letter.representative": letterOf,
  "letters letter.individual": lettersOf, "split pack.record": handedOut, "split page.record": handedOut };

// How two sound proofs stand to each other.
const verdictOf = (one, other) => {
  if (one.seen.origin !== other.seen.origin) return "apart";
  const [mine, theirs] = [one, other].map(proof => new Map(proof.checkpoints.map(each => [each.size, each.root])));
  const common = [...mine.keys()].filter(size => theirs.has(size));
  if (common.some(size => mine.get(size) !== theirs.get(size))) return "fork";
  return common.includes(one.seen.size < other.seen.size ? one.seen.size : other.seen.size) ? "agree" : "unshown";
};

// The parts in XML of a package; an error where it is damaged.
const CRC = Uint32Array.from({ length: 256 }, (_, n) => { for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1; return n; });
const crc32 = bytes => { let c = ~0; for (const x of bytes) c = CRC[(c ^ x) & 255] ^ (c >>> 8); return ~c >>> 0; };

// As many bytes as a part is said to have, and no more: what the archive says of its size may be a lie.
const inflated = async (bytes, size) => {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const found = new Uint8Array(size);
  for (let at = 0; at < size;) {
    const { done, value } = await reader.read();
    if (done) throw new Error("damaged");
    found.set(value.subarray(0, size - at), at);
    at += value.length;
  }
  reader.cancel().catch(() => {});
  return found;
};

async function* partsOf(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end--;
  const listed = view.getUint32(end + 12, true), shift = end - listed - view.getUint32(end + 16, true), parts = [];
  for (let at = end - listed; at < end;) {
    if (view.getUint32(at, true) !== 0x02014b50) throw new Error("damaged");
    const [flags, method] = [8, 10].map(by => view.getUint16(at + by, true));
    const [crc, packed, size] = [16, 20, 24].map(by => view.getUint32(at + by, true));
    const [name, extra, remark] = [28, 30, 32].map(by => view.getUint16(at + by, true));
    const spelt = String.fromCharCode(...bytes.subarray(at + 46, at + 46 + name));
    if (spelt.endsWith(".xml")) parts.push({ flags, method, crc, packed, size, spelt, at: view.getUint32(at + 42, true) + shift });
    at += 46 + name + extra + remark;
  }
  if (parts.some(one => one.method && one.method !== 8) || parts.reduce((sum, one) => sum + one.size, 0) > MOST_PARTS) return;
  for (const { flags, method, crc, packed, size, spelt, at } of parts) {
    const name = view.getUint16(at + 26, true), begin = at + 30 + name + view.getUint16(at + 28, true);
    const isSame = spelt === String.fromCharCode(...bytes.subarray(at + 30, at + 30 + name));
    if (view.getUint32(at, true) !== 0x04034b50 || flags & 1 || !isSame) throw new Error("damaged");
    const raw = bytes.subarray(begin, begin + packed), content = method ? await inflated(raw, size) : raw;
    if (content.length !== size || crc32(content) !== crc) throw new Error("damaged");
    yield content;
  }
}

// The words of a file without any space: of a package's parts, or of a text. A PDF's are not read here.
const startsWith = (bytes, text) => [...text].every((sign, k) => bytes[k] === sign.charCodeAt(0));
const wordsOf = async bytes => {
  const texts = [];
  try {
    if (startsWith(bytes, "PK")) {
      for await (const part of partsOf(bytes)) texts.push(new TextDecoder("utf-8", { ignoreBOM: true }).decode(part).replace(/<[^<>]*>/g, ""));
    } else texts.push(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return "";
  }
  return texts.join("\n").replace(/[ \t\r\n\f\v]+/g, "");
};

const found = (name, verdict, { letter, entry, head }, by, proofs) => {
  const sameLog = proofs.filter(one => one.seen.origin === by.seen.origin).flatMap(one => one.records);
  const later = (letter && sameLog.find(each => each.replaces === letter)?.letter) || "";
  return { name, verdict, letter, entry, head, by: by.name, later };
};

const judged = async (name, bytes, proofs) => {
  const digest = hex(sha256(bytes));
  for (const one of proofs) {
    const record = one.records.find(each => each.hashes.includes(digest));
    if (record) return found(name, "recorded", record, one, proofs);
  }
  if (startsWith(bytes, "%PDF")) {
    const begun = proofs.some(one => one.records.some(each => each.letter)) ? beginningsOf(bytes) : [];
    for (const one of proofs) {
      const record = one.records.find(each => each.letter && each.hashes.some(hash => begun.includes(hash)));
      if (record) return found(name, "signed", record, one, proofs);
    }
    return { name, verdict: "unread" };
  }
  const words = await wordsOf(bytes);
  for (const one of proofs) {
    const seen = one.checkpoints.find(each => words.includes(each.mark));
    if (seen) return { name, verdict: "coded", head: seen.mark, by: one.name };
  }
  return { name, verdict: "unknown" };
};

// All files, each a name with its bytes, judged by themselves and by the proofs among them.
const judge = async files => {
  const proofs = [], others = [], problems = [];
  for (const { name, bytes, fault } of files) {
    if (fault) problems.push({ where: name, ...fault });
    else if (bytes.length > MOST_FILE) problems.push({ where: name, code: "file_too_big", most: MOST_FILE / 2 ** 20 });
    else if (bytes[bytes.findIndex(x => x !== 32 && (x < 9 || x > 13))] !== 0x7b) others.push({ name, bytes });
    else {
      const proof = readProof(bytes);
      if (proof) proofs.push(examined(name, proof));
      else problems.push({ where: name, code: "proof_unreadable" });
    }
  }
  const sound = proofs.filter(one => !one.problems.length);
  const agreements = sound.flatMap((one, k) => sound.slice(k + 1).map(
    other => ({ one: one.name, other: other.name, verdict: verdictOf(one, other) })));
  const told = [];
  for (const { name, bytes } of others) {
    const one = await judged(name, bytes, sound), held = startsWith(bytes, "%PDF") && await signaturesOf(bytes);
    told.push(held ? { ...one, signatures: { ...held, fault: faultOf(one, held.signatures, sound) } } : one);
  }
  for (const one of sound) one.faces = await Promise.all(one.stamps.map(stampFaces));
  return { proofs, files: told, agreements, problems };
};

// A sentence of the catalogue with its fields; `{count:line|lines}` agrees with a number. The blank that sets off a
// number from Chinese goes where a Chinese word stands in its place.
const WIDE = "[\\u2e80-\\u9fff\\uf900-\\ufaff\\uff00-\\uffef]", FIELD = "\\{(\\w+)(?::([^{}|]*)\\|([^{}]*))?\\}";
const BESIDE_FIELD = new RegExp(`(${WIDE} )?${FIELD}( (?=${WIDE}))?`, "g");
const STARTS_WIDE = new RegExp(`^${WIDE}`), ENDS_WIDE = new RegExp(`${WIDE}$`);
const filled = (words, key, fields) => words[key].replace(BESIDE_FIELD, (_, before = "", name, one, many, after = "") => {
  const said = String(fields[name]);
  if (one !== undefined) return before + (["1", "1.0", "-1"].includes(said) ? one : many) + after;
  return (STARTS_WIDE.test(said) ? before.trimEnd() : before) + said + (ENDS_WIDE.test(said) ? "" : after);
});

function* toldProblems(words, problems, indented) {
  const times = new Map();
  for (const { code } of problems) times.set(code, (times.get(code) ?? 0) + 1);
  const seen = new Map();
  for (const { code, where, ...fields } of problems) {
    const count = (seen.get(code) ?? 0) + 1, place = where ? `${where}${words.colon}` : "";
    seen.set(code, count);
    if (count > MOST_OF_A_KIND) continue;
    yield { mark: "✗", said: place + filled(words, `problem.${code}`, fields), indented };
    const more = times.get(code) - MOST_OF_A_KIND;
    if (count === MOST_OF_A_KIND && more > 0) yield { mark: "✗", said: place + filled(words, "problem.more_of_a_kind", { count: more }), indented };
  }
}

// What stands in a column of an entry, as people read it.
const MOMENT = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}\+00:00$/;
const shownAs = (code, said) => {
  if (isText(said) && code === "at" && MOMENT.test(said)) return `${said.slice(0, 10)} ${said.slice(11, 19)}`;
  if (isText(said) && (code === "old" || code === "new")) {
    const value = unless(said, () => readJson(said) ?? "");
    return isText(value) ? value : said;
  }
  return String(said ?? "");
};

// The report in sentences and tables, as the command tells it.
function* tell(words, report) {
  yield* toldProblems(words, report.problems, false);
  for (const { name, verdict, letter, entry, head, by, later, signatures } of report.files) {
    const told = verdict === "recorded" && !letter ? "handed_out" : verdict;
    const key = told === "unread" ? "pages.verifier.unread" : `telling.attest.${told}`;
    yield { mark: MARKS[verdict], said: filled(words, key, { file: name, letter, entry, head, proof: by }), indented: false };
    if (later) yield { mark: "⚑", said: filled(words, "telling.attest.replaced", { letter, later }), indented: false };
    if (signatures) yield* tellSignatures(words, name, signatures, letter);
  }
  for (const { one, other, verdict } of report.agreements) {
    yield { mark: MARKS[verdict], said: filled(words, `telling.attest.${verdict}`, { one, other }), indented: false };
  }
  for (const one of report.proofs) {
    yield* tellProof(words, one, report.files.filter(file => file.by === one.name && file.verdict !== "coded"));
  }
  if (report.proofs.some(one => !one.problems.length)) yield { mark: "", said: words["telling.attest.limits"], indented: false };
}

// What a proof proves, and of its entries those that are about files; the page alone has all of them, too.
function* tellProof(words, { name, proof, problems, seen, entries, stamps, faces }, files) {
  if (problems.length) {
    yield { mark: "✗", said: filled(words, "telling.attest.broken", { file: name }), indented: false };
    yield* toldProblems(words, problems, true);
    return;
  }
  const captions = TOLD_COLUMNS.map(code => words[`telling.column.${code}`]);
  const rows = toldColumns(words, entries, proof).map(one => TOLD_COLUMNS.map(code => shownAs(code, one[code])));
  const about = rows.filter(row => files.some(file => isAbout(row, file)));
  const facts = { file: name, entries: rows.length, origin: seen.origin, head: seen.mark };
  yield { mark: "✓", said: filled(words, "telling.attest.proved", facts), indented: false };
  if (rows.length) {
    const [[first, since], [last, until]] = [rows[0], rows[rows.length - 1]];
    const span = { first, since, last, until, about: about.length };
    yield { mark: "", said: filled(words, "telling.attest.entries", span), indented: true };
  }
  if (about.length) yield { captions, rows: about };
  yield { captions, rows, own: true };
  if (stamps.length) yield { mark: "·", said: filled(words, "telling.attest.unheld", { file: name, count: stamps.length }), indented: false };
  for (const one of faces) yield* tellStamp(words, one, "stamp", { head: one.mark });
}

// Whether an entry, as it is shown, recorded a file or tells of the letter that it is.
const isAbout = (row, { letter, entry }) => {
  const told = Object.fromEntries(TOLD_COLUMNS.map((code, k) => [code, row[k]]));
  return told.number === String(entry) || (!!letter && [told.row, told.new].includes(letter));
};
