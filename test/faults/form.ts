/** Which form of the fault tests runs, and from which seed: `run.mjs` sets both. */
export const IS_LONG = process.env.AGENTLOG_LONG === '1'
export const SEED = Number(process.env.AGENTLOG_SEED ?? Date.now() % 1_000_000)
