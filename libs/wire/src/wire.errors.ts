import { type DomainError, defineErrors } from '#libs/kernel';

export const wireErrors = defineErrors({
  request_untranslatable: ['invalid', "This model's provider speaks another format, which has no word for this."],
});

/** The refusal of what the other format cannot say; silence about it would be a wrong answer. */
export function untranslatable(param: string, what: string): DomainError {
  return wireErrors.request_untranslatable({
    message: `${what} cannot be passed to this model: its provider speaks another format.`,
    param,
  });
}
