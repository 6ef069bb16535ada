// SHA-256 (FIPS 180-4) and HMAC (RFC 2104) over bytes: a page from a file has no other where the browser trusts only servers.
const SHA256_PRIMES = [];
for (let n = 2; SHA256_PRIMES.length < 64; n++) if (SHA256_PRIMES.every(p => n % p)) SHA256_PRIMES.push(n);
const sha256Part = (x, root) => Math.floor((x ** (1 / root) % 1) * 2 ** 32) | 0;
const SHA256_K = Int32Array.from(SHA256_PRIMES, p => sha256Part(p, 3)), SHA256_H = Int32Array.from(SHA256_PRIMES.slice(0, 8), p => sha256Part(p, 2));
const sha256 = bytes => {
  const H = SHA256_H.slice(), w = new Int32Array(64), whole = bytes.length & ~63;
  const turn = (x, by) => (x >>> by) | (x << (32 - by));
  const take = (view, at) => {
    for (let k = 0; k < 16; k++) w[k] = view.getInt32(at + 4 * k);
    for (let k = 16; k < 64; k++) {
      const s0 = turn(w[k - 15], 7) ^ turn(w[k - 15], 18) ^ (w[k - 15] >>> 3);
      const s1 = turn(w[k - 2], 17) ^ turn(w[k - 2], 19) ^ (w[k - 2] >>> 10);
      w[k] = w[k - 16] + s0 + w[k - 7] + s1;
    }
    let a = H[0], b = H[1], c = H[2], d = H[3], e = H[4], f = H[5], g = H[6], h = H[7];
    for (let k = 0; k < 64; k++) {
      const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + SHA256_K[k] + w[k]) | 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
    }
    H[0] += a; H[1] += b; H[2] += c; H[3] += d; H[4] += e; H[5] += f; H[6] += g; H[7] += h;
  };
  const body = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < whole; at += 64) take(body, at);
  const rest = bytes.length - whole, last = new Uint8Array(rest < 56 ? 64 : 128), end = new DataView(last.buffer);
  last.set(bytes.subarray(whole));
  last[rest] = 0x80;
  end.setUint32(last.length - 8, Math.floor(bytes.length / 2 ** 29));
  end.setUint32(last.length - 4, bytes.length << 3);
  for (let at = 0; at < last.length; at += 64) take(end, at);
  const out = new DataView(new ArrayBuffer(32));
  H.forEach((x, k) => out.setInt32(4 * k, x));
  return new Uint8Array(out.buffer);
};
const joined = (one, other) => { const all = new Uint8Array(one.length + other.length); all.set(one); all.set(other, one.length); return all; };
const hmac = (key, text) => {
  const utf8 = new TextEncoder(), block = new Uint8Array(64), given = utf8.encode(key);
  block.set(given.length > 64 ? sha256(given) : given);
  const inner = sha256(joined(block.map(x => x ^ 0x36), utf8.encode(text)));
  return [...sha256(joined(block.map(x => x ^ 0x5c), inner))].map(x => x.toString(16).padStart(2, "0")).join("");
};
