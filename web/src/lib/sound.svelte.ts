/** A short, soft sound for a new message, made by WebAudio: no file to fetch. Off until chosen. */

import { Remembered } from './remembered.svelte';

/** Messages within this time sound once. */
const QUIET_MS = 1_000;
const LOUDNESS = 0.08;
const LENGTH_S = 0.22;
/** Two tones, a fifth apart. */
const TONES_HZ = [587.33, 880] as const;

const chosen = new Remembered<'on' | 'off'>('instantchat.sound', ['on', 'off'], 'off');

let context: AudioContext | null = null;
let lastAt = -Infinity;

export function soundOn(): boolean {
  return chosen.value === 'on';
}

/** Switches the sound; switching it on lets it be heard, which also wakes the audio of the page. */
export function setSound(on: boolean): void {
  chosen.value = on ? 'on' : 'off';
  lastAt = -Infinity;
  if (on) playMessage();
}

/** Sounds for a message, when it is on and nothing sounded a moment ago. */
export function playMessage(now: number = performance.now()): boolean {
  if (!soundOn() || now - lastAt < QUIET_MS) return false;
  lastAt = now;
  context ??= new AudioContext();
  // A page that nobody touched yet may not sound; browsers then leave the context suspended.
  if (context.state === 'suspended') void context.resume();
  for (const [index, hertz] of TONES_HZ.entries()) tone(context, hertz, index * LENGTH_S * 0.4);
  return true;
}

function tone(audio: AudioContext, hertz: number, delay: number): void {
  const start = audio.currentTime + delay;
  const oscillator = new OscillatorNode(audio, { type: 'sine', frequency: hertz });
  const gain = new GainNode(audio, { gain: 0 });
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(LOUDNESS, start + 0.012);
  gain.gain.exponentialRampToValueAtTime(0.0001, start + LENGTH_S);
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start(start);
  oscillator.stop(start + LENGTH_S);
}
