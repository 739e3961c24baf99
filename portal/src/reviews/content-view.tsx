import { Code, Image, Text, Typography } from '@mantine/core';
import Markdown from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { showAs } from './content.ts';

/**
 * The content under review, shown for what it is. Its author may mean harm, so none of it becomes part of this
 * page: Markdown is rendered without raw HTML and without following links here, HTML lives in a frame that may run nothing.
 */
export function ContentView({
  content,
  contentType,
  label,
}: {
  content: string;
  contentType: string | null;
  label: string;
}) {
  const shown = showAs(content, contentType);
  switch (shown.kind) {
    case 'text':
      return (
        <Text component="div" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {shown.text}
        </Text>
      );
    case 'markdown':
      return (
        <Typography style={{ overflowWrap: 'anywhere' }}>
          <Markdown
            remarkPlugins={[remarkGfm]}
            components={{ a: SafeLink, img: ImageByName, h1: 'h3', h2: 'h4', h3: 'h5', h4: 'h6', h5: 'h6' }}
          >
            {shown.text}
          </Markdown>
        </Typography>
      );
    case 'html':
      return <iframe title={label} sandbox="" srcDoc={shown.text} className="html-content" />;
    case 'image':
      return (
        <Image
          src={shown.url}
          alt={shown.description === '' ? label : shown.description}
          referrerPolicy="no-referrer"
          fit="contain"
          mah={480}
        />
      );
    case 'json':
      return (
        <Code block tabIndex={0} role="region" aria-label={label}>
          {shown.text}
        </Code>
      );
  }
}

/** react-markdown has already dropped dangerous schemes; a link opens elsewhere and learns nothing of us. */
function SafeLink({ href, children }: { href?: string | undefined; children?: React.ReactNode }) {
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  );
}

/** An image in Markdown would tell its server who reviews what, so only its name is shown. */
function ImageByName({ alt }: { alt?: string | undefined }) {
  return <span>[image: {alt ?? ''}]</span>;
}
