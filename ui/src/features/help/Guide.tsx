import { Link } from '@tanstack/react-router';
import { lexer, type Token, type Tokens } from 'marked';
import { Fragment, type ReactNode } from 'react';
import styles from './HelpPage.module.css';

/**
 * A page of the guide. Markdown becomes elements, never HTML text, so that nothing in it can be
 * anything but words, lists, tables and links to other pages.
 */
export function Guide({ text }: { text: string }) {
  return <Blocks tokens={lexer(text)} />;
}

function Blocks({ tokens }: { tokens: readonly Token[] }) {
  // biome-ignore lint/suspicious/noArrayIndexKey: a text that does not change
  return tokens.map((token, index) => <Fragment key={index}>{block(token)}</Fragment>);
}

function block(token: Token): ReactNode {
  switch (token.type) {
    case 'heading': {
      const Heading = token.depth === 1 ? 'h2' : 'h3';
      return (
        <Heading className={token.depth === 1 ? styles.first : undefined}>
          {inline(token.tokens)}
        </Heading>
      );
    }
    case 'paragraph':
      return <p>{inline(token.tokens)}</p>;
    case 'list': {
      const List = token.ordered ? 'ol' : 'ul';
      return (
        <List>
          {(token as Tokens.List).items.map((item) => (
            <li key={item.raw}>
              <Blocks tokens={item.tokens} />
            </li>
          ))}
        </List>
      );
    }
    case 'blockquote':
      return (
        <blockquote>
          <Blocks tokens={token.tokens ?? []} />
        </blockquote>
      );
    case 'code':
      return <pre>{token.text}</pre>;
    case 'table':
      return <Table table={token as Tokens.Table} />;
    case 'text':
      return inline(token.tokens ?? [token]);
    case 'hr':
      return <hr />;
    default:
      return null;
  }
}

function Table({ table }: { table: Tokens.Table }) {
  return (
    <table>
      <thead>
        <tr>
          {table.header.map((cell) => (
            <th key={cell.text}>{inline(cell.tokens)}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {table.rows.map((row) => (
          <tr key={row.map((cell) => cell.text).join(' ')}>
            {row.map((cell, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: cells are their columns
              <td key={index}>{inline(cell.tokens)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function inline(tokens: readonly Token[] | undefined): ReactNode {
  // biome-ignore lint/suspicious/noArrayIndexKey: a text that does not change
  return tokens?.map((token, index) => <Fragment key={index}>{span(token)}</Fragment>);
}

function span(token: Token): ReactNode {
  switch (token.type) {
    case 'strong':
      return <strong>{inline(token.tokens)}</strong>;
    case 'em':
      return <em>{inline(token.tokens)}</em>;
    case 'codespan':
      return isKey(token.text) ? <kbd>{token.text}</kbd> : <code>{token.text}</code>;
    case 'link': {
      const page = /^([\w-]+)\.md$/.exec(token.href)?.[1];
      if (!page) return inline(token.tokens);
      return (
        <Link to="/help/$page" params={{ page }}>
          {inline(token.tokens)}
        </Link>
      );
    }
    case 'br':
      return <br />;
    case 'escape':
    case 'text':
      return 'tokens' in token && token.tokens ? inline(token.tokens) : unescaped(token.text);
    default:
      return token.raw;
  }
}

/** The lexer escapes text for HTML, which this page does not go through. */
function unescaped(text: string): string {
  const marks: Record<string, string> = {
    '&amp;': '&',
    '&lt;': '<',
    '&gt;': '>',
    '&quot;': '"',
    '&#39;': "'",
  };
  return text.replace(/&(?:amp|lt|gt|quot|#39);/g, (mark) => marks[mark] ?? mark);
}

function isKey(text: string): boolean {
  return /^(?:Ctrl|Alt|Shift|F\d+|Enter|Escape|Space|Delete|Tab|Home|End|↑|↓|Page)/.test(text);
}
