// What the report cannot do without a script: the filter, and a link that opens what it leads to in browsers that do not
// do so by themselves. Nothing is fetched, stored or drawn: rows are hidden and shown.
const form = document.querySelector('#filter');
form.hidden = false;

// ── What can be hidden ──

const clauses = [...document.querySelectorAll('tr.clause')].map((row) => {
  const more = row.nextElementSibling;
  const probes = [...more.querySelectorAll('article')].map((article) => ({
    article,
    level: article.dataset.level,
    marks: article.dataset.marks.split(' '),
    // Without the bytes: there are megabytes of them.
    words:
      `${row.cells[0].textContent} ${article.id} ${more.querySelector('.about').textContent}`.toLowerCase(),
  }));
  return { row, more, probes, family: row.closest('section').dataset.family };
});
const chapters = [...document.querySelectorAll('.matrix tbody')];
const families = [...document.querySelectorAll('.family')];

// ── The filter ──

function filter() {
  const wanted = Object.fromEntries(new FormData(form));
  const words = wanted.words.toLowerCase().split(/\s+/);
  let shown = 0;
  for (const { row, more, probes, family } of clauses) {
    let isEmpty = true;
    for (const { article, level, marks, words: own } of probes) {
      const isWanted =
        (wanted.family === '' || wanted.family === family) &&
        (wanted.level === '' || wanted.level === level) &&
        (wanted.marks === '' || marks.includes(wanted.marks)) &&
        words.every((word) => own.includes(word));
      article.hidden = !isWanted;
      if (!isWanted) continue;
      isEmpty = false;
      shown++;
    }
    row.hidden = more.hidden = isEmpty;
  }
  for (const part of [...chapters, ...families]) part.hidden = !part.querySelector('tr.clause:not([hidden])');
  form.querySelector('output').value = `${shown} probes`;
}

form.addEventListener('input', filter);
form.addEventListener('submit', (event) => event.preventDefault());
filter(); // a page that is loaded again keeps what was chosen

document.addEventListener('keydown', (event) => {
  const isTyping = event.target.matches('input, select');
  if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  form.elements.words.focus();
});

// ── Links ──

function open() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target === null) return;
  if (target.closest('[hidden]')) {
    form.reset();
    filter();
  }
  for (let part = target; part !== null; part = part.parentElement)
    if (part.matches('details')) part.open = true;
  const summary = target.querySelector('summary');
  (target.matches('details') ? summary : target).focus({ preventScroll: true });
  // The probe too, where there is room: what was asked stands above what came of it.
  (target.closest('article') ?? target).scrollIntoView();
}

addEventListener('hashchange', open);
open();
