/** The value below which the given part of them lies; NaN of none. */
export function quantile(values, part) {
  const sorted = Float64Array.from(values).sort();
  return sorted.length === 0 ? NaN : sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

/** The middle of a few rounds, of an even number the mean of the middle two; what no round could measure stays undefined. */
export function median(values) {
  const known = values.filter((value) => Number.isFinite(value)).toSorted((a, b) => a - b);
  if (known.length === 0) return undefined;
  const half = known.length / 2;
  return (known[Math.ceil(half) - 1] + known[Math.floor(half)]) / 2;
}

/** For people: few digits, and a dash for what was not measured. */
export function shown(value, digits = 2) {
  return Number.isFinite(value) ? Number(value.toFixed(digits)) : '–';
}

export function summary(values) {
  return { count: values.length, p50: quantile(values, 0.5), p95: quantile(values, 0.95), p99: quantile(values, 0.99) };
}

export const MIB = 1024 * 1024;
