import { useState } from 'react';
import { TextField } from '@/components';
import { begun, m } from '@/i18n';
import type { SourceKind } from '@/ipc';
import { addressOf } from './address';
import { type Values, withAddress } from './connectionForm';

const EXAMPLES: Record<SourceKind, string> = {
  mysql: 'mysql://user@db.example.com:3306/shop',
  redis: 'redis://cache.example.com:6379/0',
  elasticsearch: 'https://search.example.com:9200',
  sqlite: '',
};

interface Props {
  values: Values;
  onChange: (values: Values) => void;
}

/** An address to paste: what it says goes into the fields, and a password out of sight. */
export function AddressField({ values, onChange }: Props) {
  const [text, setText] = useState('');
  const [isWrong, setWrong] = useState(false);
  const [isTaken, setTaken] = useState(false);
  const take = (address: string): boolean => {
    const found = addressOf(address);
    if (found) onChange(withAddress(values, found));
    setText(found ? '' : address);
    setTaken(found !== undefined);
    setWrong(!found && address.trim() !== '');
    return found !== undefined;
  };
  return (
    <TextField
      label={m.connection_address()}
      value={text}
      onChange={(next) => {
        setText(next);
        setWrong(false);
        setTaken(false);
      }}
      onPaste={(event) => {
        if (text === '' && take(event.clipboardData.getData('text'))) event.preventDefault();
      }}
      onBlur={() => text !== '' && take(text)}
      face="code"
      placeholder={EXAMPLES[values.kind ?? 'mysql']}
      hint={isTaken ? m.connection_address_taken() : m.connection_address_hint()}
      notes={isWrong ? [{ tone: 'problem', text: begun(m.url_wrong()) }] : undefined}
      data-testid="connection-address"
    />
  );
}
