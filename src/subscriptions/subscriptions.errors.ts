import { defineErrors } from '#libs/kernel';

export const subscriptionErrors = defineErrors({
  subscription_not_found: ['not_found', 'There is no such subscription.'],
  subscription_exists: ['conflict', 'You have a subscription to this model already.'],
  subscription_not_cancellable: ['conflict', 'Only an active or a pending subscription can be cancelled.'],
  subscription_required: ['forbidden', 'This model needs a subscription. Subscribe to it first.'],
  subscription_not_active: ['forbidden', 'The subscription to this model is not active.'],
  // The catalogue's and the gateway's own words for the same.
  model_not_found: ['not_found', 'There is no such model.'],
  model_unavailable: ['not_found', 'This model is not available at present.'],
});
