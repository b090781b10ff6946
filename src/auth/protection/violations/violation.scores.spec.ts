import { DEFAULT_SCORES, readScores } from './violation.scores.js';

describe('the scores of violations', () => {
  it('A-46 are those of the contract where nothing is configured', () => {
    expect(readScores([])).toEqual(DEFAULT_SCORES);
    expect(DEFAULT_SCORES).toMatchObject({
      illegal_model: 5,
      login: 1,
      registration: 1,
      concurrent: 1,
      non_browser: 20,
    });
    const free = ['file_upload', 'fork', 'import', 'balance', 'text_to_speech', 'speech_to_text'] as const;
    expect(free.map((type) => DEFAULT_SCORES[type])).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('are changed one by one, and not by what is no entry', () => {
    expect(readScores(['illegal_model=10', 'login=0'])).toEqual({ ...DEFAULT_SCORES, illegal_model: 10, login: 0 });
    for (const bad of ['illegal_model', 'illegal_model=-1', 'unheard_of=1', 'login=1.5', '']) {
      expect(readScores([bad])).toBeUndefined();
    }
  });
});
