import type { Mail, NoticeSetInput, Security } from '@/ipc';

/** What is typed about a mail server. */
export interface MailForm {
  host: string;
  port: string;
  security: Security;
  user: string;
  password: string;
  from: string;
  to: string;
}

const PORTS: Record<Security, string> = { starttls: '587', tls: '465', none: '25' };

export function mailForm(mail: Mail | undefined): MailForm {
  return {
    host: mail?.host ?? '',
    port: mail ? String(mail.port) : PORTS.starttls,
    security: mail?.security ?? 'starttls',
    user: mail?.user ?? '',
    password: '',
    from: mail?.from ?? '',
    to: mail?.to.join(', ') ?? '',
  };
}

/** Another encryption, with its usual port unless somebody typed one of his own. */
export function withSecurity(form: MailForm, security: Security): MailForm {
  const isUsual = Object.values(PORTS).includes(form.port.trim()) || form.port.trim() === '';
  return { ...form, security, port: isUsual ? PORTS[security] : form.port };
}

/** What is sent to be kept or tried. */
export function mailInput(form: MailForm): NoticeSetInput {
  const port = Number(form.port.trim());
  return {
    channel: 'mail',
    host: form.host,
    // What is no port is told by the command, under its field.
    port: Number.isInteger(port) && port > 0 && port < 65_536 ? port : 0,
    security: form.security,
    user: form.user,
    from: form.from,
    to: form.to.split(/[,;，；\n]/),
    ...(form.password === '' ? {} : { secret: form.password }),
  };
}
