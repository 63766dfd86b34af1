/** Property tests draw the same in each run, so that what one finds is found again; AGENTLOG_SEED draws other worlds. */
import fc from 'fast-check'

fc.configureGlobal({ seed: Number(process.env.AGENTLOG_SEED ?? 20_261_121) })
