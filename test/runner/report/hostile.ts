/** Names, bodies and messages that attack whoever shows them. */
export const hostile: readonly string[] = [
  '\x1b[2J\x1b[1;31mall passed\x07',
  'line\r\n::error file=x::injected\n::set-output name=a::b',
  '\x00\x01\x08\x0b\x7f\x85\x9b',
  '\u202egnp.exe \u2066x\u200b\ufeff\u2028\u2029',
  '\ud800 lone, \udc00 lone, \ufffe \uffff',
  '</failure></testcase><testcase name="x"/> ]]> &amp; &#1; <!-- -- --> <?x?> "quoted" \'too\'',
  '<img src=x onerror=alert(1)> <script>alert(1)</script> </details>',
  '[link](http://evil.example) ![image](http://evil.example/x.png) `code` **bold** | cell | @everyone #1 ~~x~~',
  'http://evil.example www.evil.example %0A%25 a,b:c;d',
  '# heading',
  '- item\n1. item\n> quote\n---',
  'x'.repeat(10_000),
  `e${'\u0301'.repeat(500)}`,
  '',
  ' ',
]
