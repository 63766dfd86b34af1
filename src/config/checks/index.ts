/** The checks of a mapping whose shape is right, in order: first what must be right, then lint (warnings). A new check is a file and a line here. */
import type { Report } from '../../diag/diagnostic.ts'
import type { YamlSource } from '../../diag/yaml-source.ts'
import type { Config } from '../config.ts'
import { checkConstantKeys } from '../lint/constant-keys.ts'
import { checkCoveredRules } from '../lint/covered-rules.ts'
import { checkDeadParts } from '../lint/dead-parts.ts'
import { checkGrowingGauges } from '../lint/growing-gauges.ts'
import { checkLabelNames } from '../lint/label-names.ts'
import { checkMetricNames } from '../lint/metric-names.ts'
import { checkBuckets } from '../lint/odd-buckets.ts'
import { checkPatterns } from '../lint/open-patterns.ts'
import { checkUnboundedLabels } from '../lint/unbounded-labels.ts'
import { checkUnits } from '../lint/units.ts'
import type { MappingFile } from '../raw.ts'
import { checkBareWords } from './bare-words.ts'
import { checkBoundNames } from './bound-names.ts'
import { checkClashes } from './clashes.ts'
import { checkContainerSources } from './container-sources.ts'
import { checkDeriveParts } from './derive-parts.ts'
import { checkMetricParts } from './metric-parts.ts'
import { checkNames } from './names.ts'
import { checkSourceLabelClashes } from './source-label-clashes.ts'
import { checkSources } from './sources.ts'
import { checkStateNames } from './state-names.ts'

export type FileCheck = (file: MappingFile, text: YamlSource, report: Report) => void
export type ConfigCheck = (config: Config, report: Report) => void

export const FILE_CHECKS: readonly FileCheck[] = [
  checkNames,
  checkBoundNames,
  checkMetricParts,
  checkDeriveParts,
  checkSources,
  checkContainerSources,
  checkBareWords,
  checkMetricNames,
  checkLabelNames,
  checkUnits,
  checkBuckets,
  checkUnboundedLabels,
  checkConstantKeys,
  checkGrowingGauges,
  checkDeadParts,
  checkPatterns,
]
export const CONFIG_CHECKS: readonly ConfigCheck[] = [checkClashes, checkSourceLabelClashes, checkCoveredRules, checkStateNames]
