export { asObject } from './request-text.js';
export { defaultReply, Simulator } from './simulator.js';
export type { SimulatorOptions } from './simulator.js';
export { completionReply, embeddingReply, errorReply, jsonReply, usageFor } from './simulated-answer.js';
export type { AnswerOptions, Usage, UsageReport } from './simulated-answer.js';
export { DEFAULT_MODELS, liteLlmInfo, openAiList } from './simulated-model.js';
export type { SimulatedModel } from './simulated-model.js';
export { WireServer } from './wire.server.js';
export type { Answer, ReceivedRequest, WireReply } from './wire.server.js';
