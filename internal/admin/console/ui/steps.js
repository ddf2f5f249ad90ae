// j and k in views whose rows are all in the document.

// step moves the focus to the next or previous row's link.
export function step(host, n) {
  const links = [...host.querySelectorAll('[data-step]')].filter(e => e.offsetParent !== null);
  if (!links.length) return false;
  const at = links.indexOf(document.activeElement.closest?.('[data-step]') || null);
  links[at < 0 ? 0 : Math.min(links.length - 1, Math.max(0, at + n))].focus();
  return true;
}
