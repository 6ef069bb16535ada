// A sheet's formulas, computed as spreadsheets do. A cell is null, a number, a text or a truth; what a spreadsheet calls an
// error is FAULT. Functions work on columns, which are arrays, row by row.
const FAULT = Symbol("fault");
const isNumber = one => typeof one === "number" && !Number.isNaN(one);
const num = one => one === null ? 0 : typeof one === "boolean" ? +one : typeof one === "number" ? one : NaN;
const finite = one => typeof one === "boolean" || Number.isFinite(one) ? one : FAULT;
const general = x => {
  if (x === 0) return "0";
  const [digits, power] = x.toExponential(14).split("e"), e = Number(power), plain = s => s.replace(/\.?0+$/, "");
  if (e < -4 || e >= 15) return plain(digits) + "e" + (e < 0 ? "-" : "+") + String(Math.abs(e)).padStart(2, "0");
  const fixed = x.toFixed(Math.max(14 - e, 0));
  return fixed.includes(".") ? plain(fixed) : fixed;
};
const str = one => typeof one === "string" ? one : one === null || one === FAULT ? "" :
  typeof one === "boolean" ? String(one).toUpperCase() : general(one);
const each = op => (...given) => {
  const column = given.find(Array.isArray);
  return column ? column.map((_, k) => op(...given.map(one => Array.isArray(one) ? one[k] : one))) : op(...given);
};
const ofNumbers = op => each((...given) => finite(op(...given.map(num))));
const ofTexts = op => each((...given) => op(...given.map(str)));
const beside = (one, other) => one === null ? (typeof other === "string" ? "" : 0) :
  typeof one === "string" ? one.toLowerCase() : one;
const flat = given => given.flat(1), total = numbers => numbers.reduce((sum, one) => sum + one, 0);

const eq = each((a, b) => beside(a, b) === beside(b, a)), ne = each((a, b) => beside(a, b) !== beside(b, a));
const lt = ofNumbers((a, b) => a < b), le = ofNumbers((a, b) => a <= b);
const gt = ofNumbers((a, b) => a > b), ge = ofNumbers((a, b) => a >= b);
const cat = ofTexts((a, b) => a + b), neg = ofNumbers(a => -a);
const add = ofNumbers((a, b) => a + b), sub = ofNumbers((a, b) => a - b);
const mul = ofNumbers((a, b) => a * b), div = ofNumbers((a, b) => a / b), pow = ofNumbers((a, b) => a ** b);

const IF = each((is, yes, no) => is === FAULT ? FAULT : is ? yes : no);
const AND = each((...all) => all.every(one => one === true)), OR = each((...all) => all.some(one => one === true));
const ISNUMBER = each(isNumber), COUNT = (...given) => flat(given).filter(isNumber).length;
const MAX = ofNumbers((...given) => given.some(Number.isNaN) ? NaN : Math.max(...given));
const MIN = ofNumbers((...given) => given.some(Number.isNaN) ? NaN : Math.min(...given));
const ABS = ofNumbers(Math.abs), SIGN = ofNumbers(Math.sign), INT = ofNumbers(Math.floor);
const EXP = ofNumbers(Math.exp), LN = ofNumbers(Math.log), SQRT = ofNumbers(Math.sqrt);
const ROUND = ofNumbers((x, digits) => {
  const scaled = x * 10 ** digits, whole = Math.trunc(scaled), slack = Math.min(Math.abs(scaled) * 2 ** -51, 0.01);
  return (whole + (Math.abs(scaled - whole) >= 0.5 - slack ? Math.sign(scaled) : 0)) / 10 ** digits;
});
// Abramowitz and Stegun 7.1.6 near 0, and the continued fraction 7.1.14 further out.
const erfc = x => {
  if (x < 0) return 2 - erfc(-x);
  if (x < 2.5) {
    let term = x, sum = x;
    for (let n = 1; term > sum * 1e-17; n++) sum += term *= 2 * x * x / (2 * n + 1);
    return 1 - 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
  }
  let below = x;
  for (let n = 120; n > 0; n--) below = x + n / 2 / below;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / below;
};
const NORMSDIST = ofNumbers(x => erfc(-x / Math.SQRT2) / 2);
const HYPERLINK = (target, shown) => shown;
const LOWER = ofTexts(one => one.toLowerCase());
const TRIM = ofTexts(one => one.split(" ").filter(Boolean).join(" "));
const CLEAN = ofTexts(one => one.replace(/[\u0000-\u001f]/g, ""));
const SUBSTITUTE = ofTexts((one, old, fresh) => old ? one.replaceAll(old, () => fresh) : one);
const LEFT = each((one, most) => [...str(one)].slice(0, most).join(""));
const N = each(one => { const found = num(one); return Number.isNaN(found) ? 0 : found; });
const T = each(one => typeof one === "string" ? one : "");
const LEN = ofTexts(one => [...one].length);
const FIND = ofTexts((part, one) => { const found = one.indexOf(part); return found < 0 ? FAULT : found + 1; });
const FIXED = each((one, places) => {
  const x = num(one);
  if (Number.isNaN(x)) return "";
  const [whole, rest] = Math.abs(ROUND(x, places)).toFixed(places).split(".");
  const said = whole.replace(/\B(?=(\d{3})+$)/g, ",") + (rest ? "." + rest : "");
  return (x < 0 && /[1-9]/.test(said) ? "-" : "") + said;
});
const SUM = (...given) => total(flat(given).filter(isNumber));
const AVERAGE = column => { const known = column.filter(isNumber); return known.length ? total(known) / known.length : FAULT; };
const ROWS = column => column.length;
const SUMPRODUCT = (...columns) => total([columns[0]].flat().map((_, k) =>
  columns.reduce((product, one) => product * (isNumber([one].flat()[k]) ? [one].flat()[k] : 0), 1)));

// The cells of one sheet by row and column; formulas are functions of their row, and are computed once for each state of the cells.
const sheet = (held, formulas) => {
  let known = new Map();
  const key = (r, c) => r + "," + c;
  const at = (r, c) => {
    const spot = key(r, c);
    if (spot in held) return held[spot];
    if (!(spot in formulas)) return null;
    if (!known.has(spot)) known.set(spot, formulas[spot](at, over)(r));
    return known.get(spot);
  };
  const over = (r, c, lastR, lastC) => {
    const found = [];
    for (let row = r; row <= lastR; row++) for (let column = c; column <= lastC; column++) found.push(at(row, column));
    return found;
  };
  return { at, put(r, c, value) { held[key(r, c)] = value; known = new Map(); } };
};
