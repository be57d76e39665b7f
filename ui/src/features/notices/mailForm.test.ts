import { expect, it } from 'vitest';
import { mailForm, mailInput, withSecurity } from './mailForm';

it('gives an encryption its usual port and leaves one of its own', () => {
  const form = mailForm(undefined);
  expect(form.port).toBe('587');
  expect(withSecurity(form, 'tls').port).toBe('465');
  expect(withSecurity({ ...form, port: '2525' }, 'tls').port).toBe('2525');
});

it('sends a password only where one was typed, and every receiver', () => {
  const form = { ...mailForm(undefined), host: 'smtp.example.com', to: 'a@x.y， b@x.y' };
  const input = mailInput(form);
  expect(input).not.toHaveProperty('secret');
  expect(input.to).toEqual(['a@x.y', ' b@x.y']);
  expect(mailInput({ ...form, password: 'p', port: 'x' })).toMatchObject({ secret: 'p', port: 0 });
});
