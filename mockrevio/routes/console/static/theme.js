// Sets the colour scheme that was chosen, before anything is drawn. Without a choice, it is the system's.
{
  const chosen = localStorage.getItem("mockrevio-theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
}
