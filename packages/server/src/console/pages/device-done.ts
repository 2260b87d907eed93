/** What has just been done to a device, as its page says it, by the name in its address. */
export const DONE: Readonly<Record<string, string>> = {
  state: 'The state of this device has been changed.',
  holder: 'The holder has been saved. It is recorded under your name.',
  revoked: 'The key has been revoked. Nothing that the device sends is taken any more.',
  left: 'The device has left service. It is recorded under your name.',
  ordered: 'The restriction has been ordered. It is in force when the device has said so.',
  lifted: 'The restriction has been lifted. It has ended when the device has said so.',
  'asked-again': 'The device has been asked. What it sends shows here once it has called.',
  messaged: 'The message has been sent. The device says when it has been shown.',
};
