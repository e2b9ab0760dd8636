export { ClockController } from './clock/clock.controller.js';
export { DomainClock } from './clock/domain-clock.js';
export type { Clock, ClockListener } from './clock/domain-clock.js';
export { parseInstant } from './clock/instant.js';
export { ConfigError } from './config/config-error.js';
export { readOperatingModel } from './config/operating-model-file.js';
export type { OperatingModelText } from './config/operating-model-file.js';
export {
  INSTANCE_PORT_OFFSET,
  METRICS_PORT_OFFSET,
  PORT_OFFSETS,
  PROCESS_NAMES,
} from './config/process-name.js';
export type { PortName, ProcessName } from './config/process-name.js';
export { STACK_CONFIG, loadStackConfig } from './config/stack-config.js';
export type {
  ClockMode,
  DatabaseName,
  KafkaConnection,
  PgConnection,
  StackConfig,
  TlsMaterial,
} from './config/stack-config.js';
export { readCheckKey, readStackFile } from './config/stack-files.js';
export type { StackPaths } from './config/stack-files.js';
export { PROCESS_IDENTITY } from './health/health.controller.js';
export type { ProcessIdentity, ProcessInfo } from './health/health.controller.js';
export { ReadinessRegistry } from './health/readiness.registry.js';
export { BodyBroken, BodyStream, boundedBytes } from './http/body-stream.js';
export type { BodyBytes } from './http/body-stream.js';
export type { ProbeAnswer, Readiness, ReadinessProbe } from './health/readiness.registry.js';
export { callerFromSubject, requireBorough } from './http/caller.js';
export type { Caller, CallerRole } from './http/caller.js';
export { Callers, CurrentCaller, PersonDecides, Public } from './http/callers.decorator.js';
export type { CallerRule } from './http/callers.decorator.js';
export { decodeCursor, encodeCursor } from './http/cursor.js';
export { UndeclaredRouteError } from './http/declared-routes.js';
export { ProblemError } from './http/problem.js';
export type { ProblemDetails, ProblemDocument, ProblemItem } from './http/problem.js';
export { currentTrace, currentTraceparent } from './http/trace-context.js';
export type { Trace } from './http/trace-context.js';
export { validationPipe } from './http/validation.js';
export { IssuerAway, IssuerClient } from './identity/issuer-client.js';
export { CLIENT_ID, PERSONA_GRANT, PersonaSessions } from './identity/persona-sessions.js';
export type { Credentials, PersonaSource } from './identity/persona-sessions.js';
export { makeSenderCertificate } from './identity/sender-certificate.js';
export type { SenderCertificate } from './identity/sender-certificate.js';
export { BOROUGH_ROLES, PERSON_ROLES } from './identity/person.js';
export type { Person, PersonRole } from './identity/person.js';
export { AUDIENCE } from './identity/audience.js';
export { UuidV7Source } from './ids/uuid-v7.js';
export { reportError } from './logging/error-report.js';
export { ServiceLogger } from './logging/service-logger.js';
export { metrics } from './metrics/metrics.js';
export { openApiFor, openApiOf } from './openapi/open-api.js';
export { Refuses } from './openapi/refusals.js';
export type { RefusalStatus } from './openapi/refusals.js';
export { RecoveryController } from './recovery/recovery.controller.js';
export type { RecoveryNotes, RecoveryView } from './recovery/recovery.dto.js';
export { STORE_GATE, gateReadiness } from './recovery/store-gate.port.js';
export type { StoreGatePort } from './recovery/store-gate.port.js';
export { StoreOpenGuard } from './recovery/store-open.guard.js';
export { EXIT_CODES, runService } from './service/run-service.js';
export { startService } from './service/start-service.js';
export type { RunningService, ServiceOptions } from './service/start-service.js';
