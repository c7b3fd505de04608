import type { Outcome } from '../../checks/outcome.ts'
import type { Probe } from '../../fabric/fabric.ts'
import type { Measurement } from '../control/measurement.ts'
import type { PlannedPath } from '../plan/planned-path.ts'
import type { ResolvedPath } from '../plan/stage.ts'
import { citedRules } from '../predict/cited-rules.ts'
import type { PathPrediction } from '../predict/predict.ts'
import type { Cause, PathResult, SourceResult, Status } from '../result/path-result.ts'
import type { ScenarioPath } from '../scenario/model.ts'
import { endpointResults, type Verdict, verdictAtEndpoint, verdictsAtAddresses } from './endpoint-verdict.ts'
import { expectationText } from './expectation.ts'

/** The scenario and step of a path. */
export interface Position {
  readonly scenario: string
  readonly step?: string
}

/** The report entry of a measured path. */
export function conclude(
  planned: PlannedPath,
  verdict: Verdict,
  more: {
    readonly position: Position
    readonly measurement: Measurement
    readonly probe: Probe | undefined
    readonly prediction: PathPrediction
    readonly explanation: readonly string[]
    readonly fix?: string
    /** The source's resolver exists only in the lab, so the report omits its DNS queries. */
    readonly hidesDns: boolean
  },
): Omit<PathResult, 'index'> {
  const { path, source, family } = planned
  const { position, measurement, probe, prediction, explanation, fix, hidesDns } = more
  const evidence = { planned, ...measurement }
  const application = planned.application === undefined ? [] : [verdictAtEndpoint(planned.application, evidence)]
  const lookup = hidesDns
    ? undefined
    : planned.lookup && measurement.observedConnections.get(planned.lookup)?.[0]?.outcome
  return {
    ...headOf(path, position),
    from: source.name,
    ...(family === undefined ? {} : { family }),
    status: verdict.status,
    ...(verdict.cause === undefined ? {} : { cause: verdict.cause }),
    seen: verdict.seen,
    predicted: {
      verdict: prediction.verdict,
      evidence: prediction.evidence,
      rules: citedRules([...prediction.dns, ...prediction.hops]),
    },
    ...(verdict.observed === undefined ? {} : { observed: hidesDns ? withoutDns(verdict.observed) : verdict.observed }),
    ...(lookup === undefined ? {} : { lookup }),
    endpoints: endpointResults([...application, ...verdictsAtAddresses(evidence)]),
    control: verdict.control,
    explanation: [...(verdict.sentence === undefined ? [] : [verdict.sentence]), ...explanation],
    ...(probe === undefined ? {} : { source: sourceOf(probe, source.note) }),
    ...(fix === undefined ? {} : { fix }),
  }
}

function withoutDns(outcome: Outcome): Outcome {
  const { dns: _dns, ...others } = outcome
  return others
}

/** The report entry of a path without a measurement, with the reason. */
export function concludeUnmeasured(
  { path }: ResolvedPath,
  from: string,
  more: {
    readonly position: Position
    readonly status: Status
    readonly cause?: Cause
    readonly explanation: readonly string[]
  },
): Omit<PathResult, 'index'> {
  const { position, ...rest } = more
  return { ...headOf(path, position), from, seen: 'unknown', endpoints: [], control: [], ...rest }
}

function headOf(path: ScenarioPath, position: Position) {
  return {
    ...position,
    ...(path.name === undefined ? {} : { name: path.name }),
    to: path.target.name,
    ...(path.why === undefined ? {} : { why: path.why }),
    tags: path.tags,
    closedWorld: path.closedWorld,
    expect: expectationText(path),
    place: path.place,
  }
}

function sourceOf({ pod, node, addresses, image, note: own }: Probe, sample: string | undefined): SourceResult {
  const note = own === undefined || sample === undefined ? (own ?? sample) : `${own}; ${sample}`
  return {
    ...(pod === undefined ? {} : { pod: `${pod.namespace}/${pod.name}`, uid: pod.uid }),
    ...(node === undefined ? {} : { node }),
    ...(addresses.length === 0 ? {} : { addresses }),
    ...(image === undefined ? {} : { image }),
    ...(note === undefined ? {} : { note }),
  }
}
