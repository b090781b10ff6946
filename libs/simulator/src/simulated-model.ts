/** A model that the simulator serves. Prices are dollars a token, as LiteLLM states them. */
export interface SimulatedModel {
  id: string;
  mode: 'chat' | 'embedding';
  maxInputTokens: number;
  maxOutputTokens?: number;
  inputCostPerToken: number;
  outputCostPerToken: number;
  cacheReadCostPerToken?: number;
  supportsVision?: boolean;
  supportsTools?: boolean;
}

/** What is served when nobody says otherwise; the names say what they are. */
export const DEFAULT_MODELS: readonly SimulatedModel[] = [
  {
    id: 'simulated-large',
    mode: 'chat',
    maxInputTokens: 128_000,
    maxOutputTokens: 16_384,
    inputCostPerToken: 0.0000025,
    outputCostPerToken: 0.00001,
    cacheReadCostPerToken: 0.00000125,
    supportsVision: true,
    supportsTools: true,
  },
  {
    id: 'simulated-small',
    mode: 'chat',
    maxInputTokens: 32_000,
    maxOutputTokens: 4_096,
    inputCostPerToken: 0.00000015,
    outputCostPerToken: 0.0000006,
  },
  {
    id: 'simulated-embedding',
    mode: 'embedding',
    maxInputTokens: 8_191,
    inputCostPerToken: 0.00000002,
    outputCostPerToken: 0,
  },
];

/** `GET /v1/models` of OpenAI. */
export function openAiList(models: readonly SimulatedModel[]): unknown {
  return {
    object: 'list',
    data: models.map(({ id }) => ({ id, object: 'model', created: 1_700_000_000, owned_by: 'simulator' })),
  };
}

/** `GET /model/info` of LiteLLM. */
export function liteLlmInfo(models: readonly SimulatedModel[]): unknown {
  return { data: models.map(liteLlmEntry) };
}

function liteLlmEntry(model: SimulatedModel): unknown {
  return {
    model_name: model.id,
    litellm_params: { model: `simulator/${model.id}` },
    model_info: {
      id: model.id,
      litellm_provider: 'simulator',
      mode: model.mode,
      max_tokens: model.maxOutputTokens ?? model.maxInputTokens,
      max_input_tokens: model.maxInputTokens,
      max_output_tokens: model.maxOutputTokens ?? null,
      input_cost_per_token: model.inputCostPerToken,
      output_cost_per_token: model.outputCostPerToken,
      cache_read_input_token_cost: model.cacheReadCostPerToken ?? null,
      supports_vision: model.supportsVision ?? false,
      supports_function_calling: model.supportsTools ?? false,
    },
  };
}
