import fc from 'fast-check';
import { readModelRequest } from './model-request.js';
import { readMultipartRequest } from './multipart.request.js';

const read = (properties: string) => readModelRequest(Buffer.from(`{"model":"m",${properties}}`));
const CHAT = '"messages":[{"role":"user","content":[';

describe('what a provider keeps', () => {
  it.each([
    ['"conversation":"conv_1"', 'conversation'],
    ['"conversation":{"id":"conv_1"}', 'conversation'],
    ['"Con\\u0076er\u017fation":"conv_1"', 'conversation'],
    ['"conversation":null,"conversation":"conv_1"', 'conversation'],
    ['"conversation":"conv_1","conversation":null', 'conversation'],
    ['"prompt":{"id":"pmpt_1","variables":{"a":"b"}}', 'prompt'],
    ['"container":"container_1"', 'container'],
    ['"container":{"id":"container_1"}', 'container.id'],
    ['"container":{"skills":[{"type":"custom","skill_id":"skill_1"}]}', 'skill_id'],
    ['"thread":{"type":"continue","previous_message_id":"msg_1"}', 'previous_message_id'],
    ['"diagnostics":{"previous_message_id":"msg_1"}', 'previous_message_id'],
    ['"prompt_cache_options":{"comparison_response_id":"resp_1"}', 'comparison_response_id'],
    ['"voice":{"id":"voice_1"}', 'voice.id'],
    ['"audio":{"format":"wav","voice":{ "id" : "voice_1"}}', 'voice.id'],
    ['"messages":[{"role":"assistant","audio":{"id":"audio_1"}}]', 'audio.id'],
    ['"document":{"type":"file","file_id":"f"}', 'file_id'],
    ['"images":[{"file_id":"f"}]', 'file_id'],
    [`${CHAT}{"type":"file","file":{"file_id":"f"}}]}]`, 'file_id'],
    [`${CHAT}{"type":"document","source":{"type":"file","file_id":"f"}}]}]`, 'file_id'],
    [`${CHAT}{"type":"tool_result","content":[{"source":{"file_id":"f"}}]}]}]`, 'file_id'],
    [`${CHAT}{"type":"container_upload","file_id":"f"}]}]`, 'file_id'],
    [`${CHAT}{"file\\u005fid":"f"}]}]`, 'file_id'],
    [`${CHAT}{"FILE_ID":"f"}]}]`, 'file_id'],
    [`${CHAT}{"file_id":"f","file_id":null}]}]`, 'file_id'],
    [`${CHAT}{"file_id":null,"file_id":"f"}]}]`, 'file_id'],
    ['"metadata":{},"tools":[{"parameters":{}},[[{"file_id":"f"}]]]', 'file_id'],
    ['"tools":[{"type":"file_search","vector_store_ids" : ["vs_1"]}]', 'vector_store_ids'],
    ['"tools":[{"type":"code_interpreter","container":"cntr_1"}]', 'container'],
    ['"tools":[{"type":"code_interpreter","container":{"type":"auto","file_ids":["f"]}}]', 'file_ids'],
    ['"tools":[{"environment":{"type":"container_reference","container_id":"c"}}]', 'container_id'],
    ['"tools":[{"environment":{"skills":[{"skill_id":"skill_1"}]}}]', 'skill_id'],
    ['"tools":[{"type":"mcp","tunnel_id":"t"}]', 'tunnel_id'],
    ['"tools":[{"input_image_mask":{"file_id":"f"}}]', 'file_id'],
    ['"Input":[{"content":[{"file_id":"f"}]}]', 'file_id'],
    ['"google":{"cached_content":"cachedContents/1"}', 'cached_content'],
    ['"deferred":true', 'deferred'],
    ['"requests":[{"previous_response_id":"resp_1"}]', 'previous_response_id'],
  ])('is not reached by %s', (properties, param) => {
    expect(read(properties)).toEqual({ ok: false, reason: 'provider_state', param });
  });

  it.each([
    ['{"type":"item_reference","id":"msg_1"}'],
    ['{"id":"msg_1"}'],
    ['{"type":null,"id":"msg_1"}'],
    ['{"i\\u0064":"msg_1"}'],
    ['{"type":"message","id":"msg_1"}'],
    ['{"type":"message","role":"user","content":"Hi","type":"item_reference","id":"msg_1"}'],
    ['{"type":"message","content":"Hi","Type":"item_reference","id":"msg_1"}'],
    ['{"type":"reasoning","id":"rs_1","summary":[]}'],
    ['{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":null}'],
    ['{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":""}'],
    ['{"type":"reasoning","id":"rs_1","encrypted_content":null,"encrypted_content":"gAAAA"}'],
    ['{"type":"reasoning","id":"rs_1","encrypted_content":"gAAAA","encrypted_content":null}'],
    ['{"type":"image_generation_call","id":"ig_1"}'],
    ['{"type":"file_search_call","id":"fs_1","queries":["a"]}'],
    ['{"type":"constructor","id":"x_1","content":"a"}'],
  ])('is not reached by the item %s', (item) => {
    const refused = { ok: false, reason: 'provider_state', param: 'input[1].id' };
    expect(read(`"input":["Hi",${item}]`)).toEqual(refused);
    expect(read(`"input": [ {"role":"user","content":[]} , ${item} ]`)).toEqual(refused);
    expect(read(`"input":${item}`)).toMatchObject({ reason: 'provider_state', param: 'input.id' });
  });

  it.each([
    ['"input":"file_id","user":"conversation"'],
    ['"messages":[{"role":"user","content":"{\\"file_id\\":\\"f\\",\\"conversation\\":1}"}]'],
    ['"metadata":{"file_id":"f","conversation":"c","container":"d"}'],
    ['"tools":[{"function":{"name":"open","parameters":{"properties":{"file_id":{"type":"string"}}}}}]'],
    ['"tools":[{"name":"open","input_schema":{"properties":{"container":{"type":"string","id":"x"}}}}]'],
    ['"response_format":{"json_schema":{"schema":{"properties":{"vector_store_ids":{"type":"array"}}}}}'],
    [`${CHAT}{"type":"tool_use","id":"toolu_1","name":"open","input":{"file_id":"mine","container":"c"}}]}]`],
    ['"documents":[{"file_id":"mine","text":"a"}]'],
    ['"conversation":null,"container":null,"prompt":null,"previous_response_id":null'],
    [`${CHAT}{"type":"input_file","file_id":null,"file_url":"https://example.com"}]}]`],
    ['"prompt":"Once","voice":"alloy","audio":{"voice":"alloy","format":"wav"}'],
    ['"prompt":["conversation"]'],
    ['"tools":[{"type":"code_interpreter","container":{"type":"auto","file_ids":[]}}]'],
    ['"container":{},"x":[{"id":"a"}]'],
    ['"thread":{"type":"create"},"deferred":false'],
    ['"messages":[{"role":"assistant","tool_calls":[{"id":"call_1","function":{"arguments":"{}"}}]}]'],
    ['"input":[{"type":"function_call","id":"fc_1","call_id":"call_1","name":"f","arguments":""}]'],
    ['"input":[{"type":"function_call_output","id":"fco_1","call_id":"call_1","output":[]}]'],
    ['"input":[{"type":"message","id":"msg_1","role":"assistant","content":[{"type":"output_text","text":"Hi"}]}]'],
    ['"input":[{"id":"msg_1","role":"assistant","content":"Hi"},{"id":null,"role":"user","content":""}]'],
    ['"input":[{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"gAAAA"}]'],
    ['"input":[{"type":"mcp_list_tools","id":"mcpl_1","tools":[{"input_schema":{"id":"a"}}]}]'],
  ])('is not meant by %s', (properties) => {
    expect(read(properties)).toMatchObject({ ok: true });
  });

  it('is found wherever it stands, unless a name of the caller stands above it', () => {
    const level = fc.constantFrom('[{"a":1},#]', '{"a":#}', '{"content":[{"id":"x"},[#]]}', '{"audio":{"a":[]},"b":#}');
    const name = fc.constantFrom('"file_id"', '"fil\\u0065_id"', '"File_Id"', '"container_id"');
    fc.assert(
      fc.property(fc.array(level, { maxLength: 8 }), name, fc.boolean(), (levels, key, isFree) => {
        const reference = isFree ? `{"parameters":{${key}:"f"}}` : `{"metadata":{"a":[1]},${key}:"f"}`;
        const value = levels.reduceRight((inner, outer) => outer.replace('#', () => inner), reference);
        expect(read(`"x":${value}`).ok).toBe(isFree);
      }),
    );
  });

  it.each([
    ['file_id', 'f', 'file_id'],
    ['image[0][file_id]', 'f', 'file_id'],
    ['previous_response_id', 'resp_1', 'previous_response_id'],
    ['voice[id]', 'voice_1', 'voice.id'],
    ['voice', '{"id":"voice_1"}', 'voice.id'],
    ['images', '[{"file_id":"f"}]', 'file_id'],
    ['container', 'c', 'container'],
  ])('is not reached by the field %s of a form', (name, value, param) => {
    expect(form(name, value)).toEqual({ ok: false, reason: 'provider_state', param });
  });

  it('is not reached behind more text than is kept of a field', () => {
    const long = JSON.stringify([{ a: 'x'.repeat(200_000) }, { file_id: 'f' }]);
    expect(form('images', long)).toMatchObject({ reason: 'provider_state', param: 'file_id' });
  });

  it('is not meant by the words of a form', () => {
    expect(form('prompt', '{"file_id":"f"}')).toMatchObject({ ok: true });
    expect(form('voice', 'alloy')).toMatchObject({ ok: true });
    expect(form('image"; filename="a.json', '{"file_id":"f"}')).toMatchObject({ ok: true });
  });

  const form = (name: string, value: string) =>
    readMultipartRequest(
      Buffer.from(
        [
          '--b',
          'Content-Disposition: form-data; name="model"',
          '',
          'm',
          '--b',
          `Content-Disposition: form-data; name="${name}"`,
          '',
          value,
          '--b--',
          '',
        ].join('\r\n'),
      ),
      'b',
    );
});
