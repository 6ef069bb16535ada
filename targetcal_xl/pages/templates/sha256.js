// SHA-256 (FIPS 180-4) and HMAC (RFC 2104) over bytes: a page from a file has no other where the browser trusts only servers.
const sha256 = bytes => {
  const primes = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every(p => n % p)) primes.push(n);
  const part = (x, root) => Math.floor((x ** (1 / root) % 1) * 2 ** 32) >>> 0;
  const K = primes.map(p => part(p, 3)), H = primes.slice(0, 8).map(p => part(p, 2));
  const turn = (x, by) => (x >>> by) | (x << (32 - by));
  const padded = new Uint8Array(((bytes.length + 8 >> 6) + 1) << 6), view = new DataView(padded.buffer);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(padded.length - 4, bytes.length << 3);
  for (let at = 0; at < padded.length; at += 64) {
    const w = Array.from({ length: 16 }, (_, k) => view.getUint32(at + 4 * k));
    for (let k = 16; k < 64; k++) {
      const s0 = turn(w[k - 15], 7) ^ turn(w[k - 15], 18) ^ (w[k - 15] >>> 3);
      const s1 = turn(w[k - 2], 17) ^ turn(w[k - 2], 19) ^ (w[k - 2] >>> 10);
      w[k] = (w[k - 16] + s0 + w[k - 7] + s1) | 0;
    }
    let [a, b, c, d, e, f, g, h] = H;
    for (let k = 0; k < 64; k++) {
      const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[k] + w[k]) | 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((x, k) => { H[k] = (H[k] + x) | 0; });
  }
  const out = new DataView(new ArrayBuffer(32));
  H.forEach((x, k) => out.setUint32(4 * k, x >>> 0));
  return new Uint8Array(out.buffer);
};
const joined = (one, other) => { const all = new Uint8Array(one.length + other.length); all.set(one); all.set(other, one.length); return all; };
const hmac = (key, text) => {
  const utf8 = new TextEncoder(), block = new Uint8Array(64), given = utf8.encode(key);
  block.set(given.length > 64 ? sha256(given) : given);
  const inner = sha256(joined(block.map(x => x ^ 0x36), utf8.encode(text)));
  return [...sha256(joined(block.map(x => x ^ 0x5c), inner))].map(x => x.toString(16).padStart(2, "0")).join("");
};
