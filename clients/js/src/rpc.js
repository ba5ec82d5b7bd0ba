// The node RPC, as far as invoices need it: one command, one answer.

/**
 * Asks one command. Node RPC answers errors with HTTP 200 and a member `error`.
 *
 * @param {string} url
 * @param {Record<string, unknown>} command with its `action`
 * @param {number} [timeoutMs]
 * @returns {Promise<any>} the answer
 * @throws {RpcError} for an answer that says so; another error if there is none
 */
export async function ask(url, command, timeoutMs = 10_000) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(command),
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!response.ok) throw new Error(`RPC ${command.action}: HTTP ${response.status} from ${url}`);
  const answer = await response.json();
  if (answer.error !== undefined) throw new RpcError(String(command.action), String(answer.error));
  return answer;
}

/** The RPC answered with an error. */
export class RpcError extends Error {
  /** @param {string} action @param {string} text as the node says it */
  constructor(action, text) {
    super(`RPC ${action}: ${text}`);
    this.name = 'RpcError';
    this.text = text;
  }
}
