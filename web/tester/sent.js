// Requests that were sent before: the last of them, kept in the browser.

const KEY = 'banano-ws sent';
const REQUESTS_MAX = 12;

/** Newest first. @returns {any[]} */
export function sentBefore() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}

/** @param {string} text JSON */
export function keepSent(text) {
  const others = sentBefore().filter((request) => JSON.stringify(request) !== text);
  try {
    localStorage.setItem(KEY, JSON.stringify([JSON.parse(text), ...others].slice(0, REQUESTS_MAX)));
  } catch {
    // A request of thousands of accounts need not be kept.
  }
}

/** What a request is about, in a few words. @param {any} request */
export const nameOf = ({ action, topic, options }) => [action, topic, Object.keys(options ?? {}).join(', ')].filter(Boolean).join(' · ').slice(0, 60);
