// Numbers of a server as Prometheus reads them: parsed, and as rates between two looks.

/** @typedef {{ labels: Record<string, string>, value: number }} Sample */

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;
/** @type {Record<string, string>} */
const ESCAPES = { '\\n': '\n', '\\"': '"', '\\\\': '\\' };

/** One look at a server. */
export class Look {
  /** By name. @type {Map<string, Sample[]>} */
  #samples = new Map();

  /** @param {string} text in Prometheus' text format @param {number} at milliseconds, of a clock that only goes forward */
  constructor(text, at) {
    this.at = at;
    for (const line of text.split('\n')) {
      const [, name = '', labels = '', value = ''] = line.startsWith('#') ? [] : LINE.exec(line) ?? [];
      if (!name) continue;
      const sample = {
        labels: Object.fromEntries([...labels.matchAll(LABEL)].map(([, key, text = '']) => [key, text.replace(/\\[n"\\]/g, (escape) => ESCAPES[escape] ?? escape)])),
        value: Number(value.replace('+Inf', 'Infinity')),
      };
      const known = this.#samples.get(name);
      if (known) known.push(sample);
      else this.#samples.set(name, [sample]);
    }
  }

  /** @param {string} name @returns {Sample[]} */
  all(name) {
    return this.#samples.get(name) ?? [];
  }

  /** Sum of all samples that have these labels; null if there is none. @param {string} name @param {Record<string, string>} [wanted] */
  sum(name, wanted = {}) {
    const found = this.all(name).filter(({ labels }) => Object.entries(wanted).every(([key, value]) => labels[key] === value));
    return found.length > 0 ? found.reduce((sum, { value }) => sum + value, 0) : null;
  }

  /** How much a counter grew a second since an earlier look; null if that can't be said. @param {string} name @param {Look | null} before @param {Record<string, string>} [wanted] */
  rate(name, before, wanted) {
    const [now, then] = [this.sum(name, wanted), before?.sum(name, wanted) ?? null];
    if (now === null || then === null || !before || this.at <= before.at) return null;
    // A server that was started anew counts from zero.
    return ((now < then ? now : now - then) * 1_000) / (this.at - before.at);
  }

  /** In seconds: what `share` of a histogram's observations lie below; null without any. @param {string} name @param {number} share from 0 to 1 */
  quantile(name, share) {
    const buckets = this.all(`${name}_bucket`).map(({ labels, value }) => ({ to: Number((labels.le ?? '').replace('+Inf', 'Infinity')), value })).sort((a, b) => a.to - b.to);
    const all = buckets.at(-1)?.value ?? 0;
    if (all === 0) return null;
    const at = buckets.findIndex(({ value }) => value >= share * all);
    const [low, high] = [buckets[at - 1] ?? { to: 0, value: 0 }, buckets[at] ?? { to: 0, value: 0 }];
    if (!Number.isFinite(high.to)) return low.to;
    return low.to + ((high.to - low.to) * (share * all - low.value)) / Math.max(1, high.value - low.value);
  }
}
