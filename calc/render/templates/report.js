sortable(by("table"));

// A link to a working opens it.
const open = () => {
  const target = by(decodeURIComponent(location.hash.slice(1)));
  if (target && target.tagName === "DETAILS") { target.open = true; target.scrollIntoView(); }
};
window.addEventListener("hashchange", open);
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#w-']");
  if (link && link.hash === location.hash) open();
});
open();
