// What signatures in a PDF and time stamps in a proof say by their own bytes: over which of them they are, with whose certificate, and when.
// Whether a certificate can be trusted, and what somebody added after signing, is not judged here: nothing is called valid.
const OIDS = {
  signed: "2a864886f70d010702", content: "2a864886f70d010903", digest: "2a864886f70d010904", stamp: "2a864886f70d010910020e",
  told: "2a864886f70d0109100104", name: "550403", company: "55040a", rsa: "2a864886f70d010101", curve: "2a8648ce3d0201",
};
const DIGESTS = { "608648016503040201": "SHA-256", "608648016503040202": "SHA-384", "608648016503040203": "SHA-512" };
const CURVES = { "2a8648ce3d030107": ["P-256", 32], "2b81040022": ["P-384", 48], "2b81040023": ["P-521", 66] };
const MADE_WITH = Object.fromEntries([
  ["2a864886f70d010101", null], ["2a864886f70d01010b", "SHA-256"], ["2a864886f70d01010c", "SHA-384"], ["2a864886f70d01010d", "SHA-512"],
  ["2a8648ce3d040302", "SHA-256"], ["2a8648ce3d040303", "SHA-384"], ["2a8648ce3d040304", "SHA-512"],
]);
const MOST_SIGNATURES = 64, MOST_NAME = 120;

// DER (X.690): one value, with nothing indefinite and no length that leads out of what holds it.
const derAt = (bytes, begin = 0) => {
  const tag = bytes[begin];
  let at = begin + 2, size = bytes[begin + 1];
  if (size === undefined || (tag & 31) === 31) throw new Error("no value");
  if (size > 127) {
    const count = size & 127;
    if (!count || count > 4) throw new Error("no length");
    for (size = 0; at < begin + 2 + count; at++) size = size * 256 + (bytes[at] ?? NaN);
  }
  if (!(at + size <= bytes.length)) throw new Error("cut off");
  return { tag, whole: bytes.subarray(begin, at + size), held: bytes.subarray(at, at + size) };
};
const derParts = (one, tag) => {
  if (one?.tag !== tag) throw new Error("another value");
  const parts = [];
  for (let at = 0; at < one.held.length; at += parts.at(-1).whole.length) parts.push(derAt(one.held, at));
  return parts;
};
const oid = one => { if (one?.tag !== 6) throw new Error("no identifier"); return hex(one.held); };
const firstOid = one => oid(derParts(one, 0x30)[0]);
const same = (one, other) => one.length === other.length && one.every((x, k) => x === other[k]);
const only = list => { if (list.length !== 1) throw new Error("not one"); return list[0]; };

const DECODERS = { 0x0c: "utf-8", 0x13: "latin1", 0x16: "latin1", 0x14: "latin1", 0x1e: "utf-16be" };
const calledIn = name => {
  const pairs = derParts(name, 0x30).flatMap(set => derParts(set, 0x31)).map(pair => derParts(pair, 0x30));
  const said = code => pairs.filter(pair => oid(pair[0]) === code).map(pair => new TextDecoder(DECODERS[pair[1].tag]).decode(pair[1].held)).join(" ");
  const told = (said(OIDS.name) || said(OIDS.company)).replace(/[\p{C}\p{Z}]+/gu, " ");
  return [...told.trim()].slice(0, MOST_NAME).join("");
};

// SignedData (RFC 5652) with one signer, and the certificate of that signer where it lies in it.
const readCms = bytes => {
  const [kind, wrapped] = derParts(derAt(bytes), 0x30);
  if (oid(kind) !== OIDS.signed) throw new Error("no signed data");
  const [, , inner, ...more] = derParts(derParts(wrapped, 0xa0)[0], 0x30), [, held] = derParts(inner, 0x30);
  const [, sid, hashed, attributes, made, value, ...beside] = derParts(only(derParts(more.at(-1), 0x31)), 0x30);
  const listed = (one, tag) => new Map(derParts(one, tag).map(each => derParts(each, 0x30)).map(([code, values]) => [oid(code), derParts(values, 0x31)]));
  const signed = listed(attributes, 0xa0), [issuer, number] = derParts(sid, 0x30);
  if (signed.size !== derParts(attributes, 0xa0).length) throw new Error("said twice");
  const facts = one => { const [first, ...rest] = derParts(derParts(one, 0x30)[0], 0x30); return first.tag === 0xa0 ? rest : [first, ...rest]; };
  const isOwn = one => same(facts(one)[0].whole, number.whole) && same(facts(one)[2].whole, issuer.whole);
  const certificate = more.filter(one => one.tag === 0xa0).flatMap(one => derParts(one, 0xa0)).find(isOwn);
  if (value.tag !== 4) throw new Error("no signature");
  const own = certificate && facts(certificate), unsigned = beside.length ? listed(beside[0], 0xa1) : new Map();
  return {
    held: held && only(derParts(held, 0xa0)).held, hashed: DIGESTS[firstOid(hashed)], made: firstOid(made), value: value.held,
    digest: only(signed.get(OIDS.digest)).held, attributes: Uint8Array.from([0x31, ...attributes.whole.subarray(1)]),
    ...own && { signer: calledIn(own[4]), issuer: calledIn(own[2]), key: own[5], certificate: hex(sha256(certificate.whole)) },
    stamp: unsigned.get(OIDS.stamp)?.[0].whole,
  };
};

const digestOf = async (kind, bytes) => {
  if (kind === "SHA-256") return sha256(bytes);
  if (!kind || !globalThis.crypto?.subtle) return null;
  return new Uint8Array(await crypto.subtle.digest(kind, bytes));
};
const rawSignature = (value, size) => {
  const raw = new Uint8Array(2 * size);
  derParts(derAt(value), 0x30).forEach((one, k) => {
    const digits = one.held.subarray(one.held.findIndex(x => x) >>> 0);
    raw.set(digits, (k + 1) * size - digits.length);
  });
  return raw;
};
// Whether the key in the certificate made this; null where this browser, or this page, cannot compute it.
const isMadeBy = async cms => {
  if (!cms.key) return null;
  const [kind, curve] = derParts(derParts(cms.key, 0x30)[0], 0x30), hash = MADE_WITH[cms.made] ?? cms.hashed;
  if (!globalThis.crypto?.subtle || !hash || !(cms.made in MADE_WITH)) return null;
  const [name, size] = oid(kind) === OIDS.curve ? CURVES[oid(curve)] ?? [] : [];
  if (!name && oid(kind) !== OIDS.rsa) return null;
  const how = name ? { name: "ECDSA", namedCurve: name, hash } : { name: "RSASSA-PKCS1-v1_5", hash };
  const key = await crypto.subtle.importKey("spki", cms.key.whole, how, false, ["verify"]);
  return crypto.subtle.verify(how, key, name ? rawSignature(cms.value, size) : cms.value, cms.attributes);
};
// Of bytes that are signed: `holds`, `altered`, or `unchecked` where the key's part in it cannot be computed.
const heldBy = async (cms, bytes) => {
  const digest = await digestOf(cms.hashed, bytes);
  if (digest && !same(digest, cms.digest)) return "altered";
  const made = digest && await isMadeBy(cms);
  return made === null ? "unchecked" : made ? "holds" : "altered";
};

// A time stamp's token (RFC 3161): when, and whether it is of these bytes.
const utc = (year, ...more) => {
  const at = new Date(Date.UTC(year, more[0] - 1, ...more.slice(1)));
  return at.toISOString().slice(0, 19).replace("T", " ");
};
const readStamp = async (token, bytes, from = "?") => {
  try {
    const cms = readCms(token), [, , imprint, , at] = derParts(derAt(cms.held), 0x30), [how, hashed] = derParts(imprint, 0x30);
    const said = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d+)?Z$/.exec(at.tag === 0x18 && String.fromCharCode(...at.held));
    const digest = await digestOf(DIGESTS[firstOid(how)], bytes), state = await heldBy(cms, cms.held);
    const isOf = digest && same(digest, hashed.held) && state !== "altered";
    return { verdict: isOf ? "fits" : "misfits", at: utc(...said.slice(1).map(Number)), by: cms.signer || from };
  } catch {
    return { verdict: "unread" };
  }
};
// The whole answer of an authority, as a proof keeps it.
const stampFaces = async one => {
  const token = unless(null, () => derParts(derAt(Uint8Array.from(atob(one.token), each => each.charCodeAt(0))), 0x30)[1].whole);
  return { ...await readStamp(token, utf8.encode(one.text), one.authority), mark: one.mark };
};

// The time of a signature's dictionary: `D:20250114103000+08'00'`, where signs may stand as octal numbers.
const timeIn = dictionary => {
  const found = /\/M\s*\(((?:[^()\\]|\\.)*)\)/s.exec(dictionary)?.[1].replace(/\\([0-7]{3})/g, (_, code) => String.fromCharCode(parseInt(code, 8)));
  const said = /^D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:Z.*|([+-])(\d\d)'?(\d\d)'?)?$/.exec(found ?? "");
  if (!said) return "";
  const away = said[7] ? (said[7] === "+" ? 1 : -1) * (60 * said[8] + +said[9]) : 0, [year, month, day, hour, minute, second] = said.slice(1, 7).map(Number);
  return unless("", () => utc(year, month, day, hour, minute - away, second));
};
const RANGE = /\/ByteRange\s*\[\s*(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s*\]/g;
const signatureIn = async (bytes, text, found) => {
  const [first, before, from, rest] = found.slice(1).map(Number), end = from + rest;
  try {
    const hole = text.slice(before, from), dictionary = text.slice(text.lastIndexOf(" obj", found.index), text.indexOf("endobj", found.index) >>> 0);
    const isHole = /^<(?:[0-9a-f]{2})+>$/i.test(hole) && /\/Contents\s*$/.test(text.slice(Math.max(0, before - 32), before)) && dictionary.includes(hole);
    if (first || end > bytes.length || !isHole) return { verdict: "unread" };
    const filling = Uint8Array.from(hole.slice(1, -1).match(/../g), two => parseInt(two, 16)), cms = readCms(filling);
    if (!cms.certificate || filling.subarray(derAt(filling).whole.length).some(x => x)) return { verdict: "unread" };
    const state = await heldBy(cms, joined(bytes.subarray(0, before), bytes.subarray(from, end)));
    const stamp = cms.stamp && await readStamp(cms.stamp, cms.value), verdict = state !== "holds" ? state : end === bytes.length ? "whole" : "beginning";
    const { signer, issuer, certificate } = cms;
    return { verdict, signer, issuer, certificate, at: timeIn(dictionary), end, more: bytes.length - end, stamp };
  } catch {
    return { verdict: "unread" };
  }
};

const isHeld = one => ["whole", "beginning", "unchecked"].includes(one.verdict);

// What is certainly wrong with a letter's file: `altered` where bytes are of no signature; of those that the plan has recorded `earlier` where some
// are missing, `other` where others are there. Nothing else is said to be right by that.
const faultOf = ({ verdict, letter }, signatures, proofs) => {
  if (letter && (signatures.some(one => !isHeld(one)) || (verdict === "signed" && !signatures.some(one => one.verdict === "whole")))) return "altered";
  const there = new Set(signatures.filter(isHeld).map(one => one.certificate));
  const due = new Set(proofs.flatMap(one => one.records).filter(one => letter && one.letter === letter && one.certificate).map(one => one.certificate));
  if ([...due].every(one => there.has(one))) return "";
  return there.size < due.size ? "earlier" : "other";
};

// All signatures of a PDF, and how many places it has for them.
const signaturesOf = async bytes => {
  const text = new TextDecoder("latin1").decode(bytes), places = new Set(), signatures = [];
  for (const { index } of text.matchAll(/\/FT\s*\/Sig\b/g)) places.add(/(\d+)\s+\d+\s*$/.exec(text.slice(Math.max(0, text.lastIndexOf(" obj", index) - 24), text.lastIndexOf(" obj", index)))?.[1]);
  for (const found of [...text.matchAll(RANGE)].slice(0, MOST_SIGNATURES)) signatures.push(await signatureIn(bytes, text, found));
  const over = Math.max(0, ...signatures.filter(isHeld).map(one => one.end));
  return { signatures, places: places.size, after: over && bytes.length - over };
};

// What a file began as, since it is only added to when it is signed: each beginning that is a whole file, by its SHA-256.
const beginningsOf = bytes => {
  const text = new TextDecoder("latin1").decode(bytes), hashes = [];
  for (const { index } of [...text.matchAll(/%%EOF/g)].slice(0, MOST_SIGNATURES)) {
    for (const line of ["", "\n", "\r\n", "\r"]) {
      if (text.startsWith(line, index + 5)) hashes.push(hex(sha256(bytes.subarray(0, index + 5 + line.length))));
    }
  }
  return hashes;
};

function* tellStamp(words, stamp, key, fields) {
  yield { mark: stamp.verdict === "fits" ? "·" : "✗", said: filled(words, `pages.verifier.${key}_${stamp.verdict}`, { ...stamp, ...fields }), indented: true, own: true };
}
function* tellSignatures(words, name, held, letter) {
  const facts = { file: name, count: held.signatures.length, places: Math.max(held.places, held.signatures.length) };
  if (facts.count) yield { mark: "·", said: filled(words, "pages.verifier.signatures", facts), indented: false, own: true };
  for (const one of held.signatures) {
    const isWrong = !isHeld(one), at = one.at ? `${one.at} UTC` : words["pages.verifier.no_time"];
    yield { mark: isWrong ? "✗" : "·", said: filled(words, `pages.verifier.signature_${one.verdict}`, { ...one, at }), indented: true, own: true };
    if (one.stamp) yield* tellStamp(words, one.stamp, "signature_stamp", {});
  }
  if (held.after) yield { mark: "✗", said: filled(words, "pages.verifier.uncovered", { file: name, more: held.after }), indented: true, own: true };
  if (held.fault) yield { mark: "✗", said: filled(words, `telling.signatures.${held.fault}`, { file: name, letter }), indented: true, own: true };
  if (facts.count) yield { mark: "", said: words["pages.verifier.unjudged"], indented: true, own: true };
}
