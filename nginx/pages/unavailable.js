/**
 * The page for bad times: theme and language as the app has them, and tries at growing,
 * uneven intervals until the server answers. Theme and language are those of boot.js.
 */
(function () {
  /** Milliseconds before the first try, and between two of them at most. */
  var FIRST_MS = 3000;
  var LONGEST_MS = 15000;
  /** How much longer each wait is than the one before. */
  var GROWTH = 1.4;
  /** Half of a wait's spread: a crowd that was turned away does not come back as one. */
  var SPREAD = 0.25;
  /** Milliseconds between two moves of the bar. */
  var TICK_MS = 250;
  /** A try that is not answered in this time has failed. */
  var PATIENCE_MS = 8000;

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
  for (var i = 0; i < tags.length; i += 1) {
    var language = tags[i].toLowerCase().split('-')[0];
    if (language === 'en' || language === 'ru') {
      root.lang = language;
      break;
    }
  }

  document.addEventListener('DOMContentLoaded', function () {
    var bar = document.querySelector('progress');
    var button = document.querySelector('button');
    var wait = FIRST_MS;
    var begun = 0;
    var length = 0;
    var trying = false;

    function rest() {
      trying = false;
      begun = Date.now();
      length = wait * (1 - SPREAD + 2 * SPREAD * Math.random());
      wait = Math.min(LONGEST_MS, wait * GROWTH);
    }

    function attempt() {
      if (trying) return;
      trying = true;
      bar.value = 100;
      var signal = AbortSignal.timeout ? AbortSignal.timeout(PATIENCE_MS) : undefined;
      fetch(location.href, { method: 'HEAD', cache: 'no-store', signal: signal }).then(
        function (answer) {
          if (answer.status === 429 || answer.status >= 500) rest();
          else location.reload();
        },
        rest,
      );
    }

    function tick() {
      if (trying) return;
      var part = (Date.now() - begun) / length;
      bar.value = Math.min(100, part * 100);
      if (part >= 1 && !document.hidden) attempt();
    }

    rest();
    button.hidden = false;
    button.addEventListener('click', attempt);
    addEventListener('online', attempt);
    document.addEventListener('visibilitychange', tick);
    setInterval(tick, TICK_MS);
  });
})();
