/**
 * Before the first paint: theme, language and kind of page, as attributes of <html>, and the
 * letters of the language.
 * A file of this site, because the Content-Security-Policy lets no inline script run.
 * The keys and the choice are those of src/lib/theme.ts and src/i18n/language.ts.
 */
(function () {
  var root = document.documentElement;
  function remembered(key) {
    try {
      return localStorage.getItem(key);
    } catch (_) {
      return null;
    }
  }
  var theme = remembered('instantchat.theme');
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
  var tags = [remembered('instantchat.language') || ''].concat(navigator.languages || []);
  root.lang = 'en';
  for (var i = 0; i < tags.length; i += 1) {
    var language = tags[i].toLowerCase().split('-')[0];
    if (language === 'en' || language === 'ru') {
      root.lang = language;
      break;
    }
  }
  // A page in Russian needs the other letters as early as the Latin ones.
  var cyrillic = document.getElementById('cyrillic');
  if (root.lang === 'ru' && cyrillic) {
    var wanted = cyrillic.cloneNode();
    wanted.removeAttribute('media');
    cyrillic.replaceWith(wanted);
  }
  var path = location.pathname;
  root.dataset.page = path === '/' ? 'home' : path === '/about' ? 'about' : 'room';
})();
