/**
 * The names of fields as the Kubernetes API has them, as far as config/deploy uses its types: a field that is spelled otherwise is dropped by
 * an API server, or refused, and no renderer says so. Written down from the API's reference (v1.33; Prometheus Operator v1).
 */
import type { Node, Resource } from './kustomize.ts'

/** Of each type its fields, `name:Type`; `name:[Type]` is a list; without a type: a leaf, or free of form. */
const TYPES: Readonly<Record<string, string>> = {
  Deployment: 'metadata:Meta spec:DeploymentSpec',
  DeploymentSpec:
    'selector:Selector template:PodTemplate replicas strategy minReadySeconds revisionHistoryLimit paused progressDeadlineSeconds',
  StatefulSet: 'metadata:Meta spec:StatefulSetSpec',
  StatefulSetSpec: 'selector:Selector template:PodTemplate replicas serviceName volumeClaimTemplates podManagementPolicy',
  Job: 'metadata:Meta spec:JobSpec',
  JobSpec: 'template:PodTemplate backoffLimit completions parallelism activeDeadlineSeconds ttlSecondsAfterFinished',
  DaemonSet: 'metadata:Meta spec:DaemonSetSpec',
  DaemonSetSpec:
    'selector:Selector template:PodTemplate updateStrategy:DaemonSetUpdateStrategy minReadySeconds revisionHistoryLimit',
  DaemonSetUpdateStrategy: 'type rollingUpdate:RollingUpdateDaemonSet',
  RollingUpdateDaemonSet: 'maxUnavailable maxSurge',
  Meta: 'name namespace labels annotations',
  Selector: 'matchLabels matchExpressions:[SelectorRequirement]',
  SelectorRequirement: 'key operator values',
  PodTemplate: 'metadata:Meta spec:Pod',
  Pod: 'containers:[Container] initContainers:[InitContainer] volumes:[Volume] serviceAccountName automountServiceAccountToken enableServiceLinks priorityClassName nodeSelector tolerations:[Toleration] terminationGracePeriodSeconds securityContext:PodSecurity restartPolicy',
  PodSecurity: 'runAsUser runAsGroup runAsNonRoot fsGroup fsGroupChangePolicy supplementalGroups seccompProfile:Seccomp',
  Toleration: 'key operator value effect tolerationSeconds',
  Container:
    'name image imagePullPolicy command args workingDir env:[Env] ports:[Port] resources:Resources volumeMounts:[Mount] startupProbe:Probe readinessProbe:Probe livenessProbe:Probe securityContext:Security',
  InitContainer:
    'name image imagePullPolicy command args workingDir env:[Env] ports:[Port] resources:Resources volumeMounts:[Mount] startupProbe:Probe readinessProbe:Probe livenessProbe:Probe securityContext:Security restartPolicy',
  Env: 'name value valueFrom',
  Port: 'name containerPort hostPort protocol hostIP',
  Resources: 'requests limits',
  Mount: 'name mountPath readOnly subPath subPathExpr mountPropagation recursiveReadOnly',
  Probe:
    'httpGet:HttpGet exec:Exec tcpSocket grpc initialDelaySeconds periodSeconds timeoutSeconds failureThreshold successThreshold terminationGracePeriodSeconds',
  Exec: 'command',
  HttpGet: 'path port scheme host httpHeaders',
  Security:
    'runAsUser runAsGroup runAsNonRoot readOnlyRootFilesystem allowPrivilegeEscalation privileged capabilities:Capabilities seccompProfile:Seccomp seLinuxOptions',
  Capabilities: 'add drop',
  Seccomp: 'type localhostProfile',
  Volume:
    'name configMap:ConfigMapVolume emptyDir:EmptyDir hostPath:HostPath secret:SecretVolume persistentVolumeClaim projected',
  ConfigMapVolume: 'name items defaultMode optional',
  SecretVolume: 'secretName items defaultMode optional',
  EmptyDir: 'medium sizeLimit',
  HostPath: 'path type',
  ConfigMap: 'metadata:Meta data binaryData immutable',
  Namespace: 'metadata:Meta',
  ServiceAccount: 'metadata:Meta automountServiceAccountToken imagePullSecrets',
  PriorityClass: 'metadata:Meta value preemptionPolicy description globalDefault',
  NetworkPolicy: 'metadata:Meta spec:NetworkPolicySpec',
  NetworkPolicySpec: 'podSelector:Selector policyTypes ingress:[Ingress] egress',
  Ingress: 'from:[Peer] ports:[PolicyPort]',
  Peer: 'podSelector:Selector namespaceSelector:Selector ipBlock',
  PolicyPort: 'protocol port endPort',
  Service: 'metadata:Meta spec:ServiceSpec',
  ServiceSpec: 'clusterIP publishNotReadyAddresses selector ports:[ServicePort] type',
  ServicePort: 'name port targetPort protocol appProtocol nodePort',
  PodMonitor: 'metadata:Meta spec:PodMonitorSpec',
  PodMonitorSpec:
    'selector:Selector podMetricsEndpoints:[Endpoint] namespaceSelector jobLabel podTargetLabels sampleLimit attachMetadata',
  ServiceMonitor: 'metadata:Meta spec:ServiceMonitorSpec',
  ServiceMonitorSpec:
    'selector:Selector endpoints:[Endpoint] namespaceSelector jobLabel targetLabels podTargetLabels sampleLimit attachMetadata',
  Endpoint:
    'port path scheme interval scrapeTimeout honorLabels honorTimestamps relabelings metricRelabelings basicAuth tlsConfig params filterRunning',
}

export const API_VERSIONS: Readonly<Record<string, string>> = {
  Deployment: 'apps/v1',
  StatefulSet: 'apps/v1',
  DaemonSet: 'apps/v1',
  Job: 'batch/v1',
  ConfigMap: 'v1',
  Namespace: 'v1',
  Service: 'v1',
  ServiceAccount: 'v1',
  PriorityClass: 'scheduling.k8s.io/v1',
  NetworkPolicy: 'networking.k8s.io/v1',
  PodMonitor: 'monitoring.coreos.com/v1',
  ServiceMonitor: 'monitoring.coreos.com/v1',
}

/** Paths of the fields that the API does not have. */
export function unknownFields({ apiVersion, kind, ...fields }: Resource): string[] {
  if (API_VERSIONS[kind] !== apiVersion) return [`${kind} is not of ${String(apiVersion)}`]
  return unknownIn(fields, kind, kind)
}

function unknownIn(node: Node, type: string, at: string): string[] {
  const known = new Map(TYPES[type]!.split(' ').map((field) => field.split(':') as [string, string | undefined]))
  return Object.entries(node).flatMap(([name, value]) => {
    const path = `${at}.${name}`
    if (!known.has(name)) return [path]
    const inner = known.get(name)
    if (inner === undefined) return []
    const isList = inner.startsWith('[')
    if (isList !== Array.isArray(value)) return [`${path} is ${isList ? 'no' : 'a'} list`]
    const nodes = isList ? (value as Node[]) : [value as Node]
    return nodes.flatMap((one) => unknownIn(one, inner.replace(/[[\]]/g, ''), path))
  })
}
