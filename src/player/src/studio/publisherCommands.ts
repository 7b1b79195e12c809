/** Stands for the key where it is not to be seen. */
export const hiddenKey = "••••••••";

const muxer = {
  seg_duration: "2", use_timeline: "1", window_size: "5",
  init_seg_name: "$RepresentationID$/init.mp4", media_seg_name: "$RepresentationID$/$Number$.m4s",
  format_options: "movflags=+cmaf+skip_sidx", method: "POST", http_persistent: "1", ignore_io_errors: "1", timeout: "5",
};

export type Source = "test" | "file";

/** A command for a POSIX shell that pushes two renditions and sound. */
export function ffmpegCommand(source: Source, url: string, key: string): string {
  const lines = [
    "ffmpeg -nostdin -loglevel warning",
    ...(source === "test"
      ? ["-re -f lavfi -i testsrc2=size=854x480:rate=24", "-re -f lavfi -i sine=frequency=440:sample_rate=48000"]
      : ["-re -stream_loop -1 -i input.mp4"]),
    "-filter_complex '[0:v]fps=24,split=2[a][b];[a]scale=-2:480[hi];[b]scale=-2:240[lo]'",
    `-map '[hi]' -map '[lo]' -map ${source === "test" ? "1:a" : "0:a"}`,
    "-c:v libx264 -preset veryfast -pix_fmt yuv420p",
    "-b:v:0 1200k -b:v:1 400k",
    "-g 48 -keyint_min 48 -sc_threshold 0",
    "-c:a aac -ar 48000 -ac 2 -b:a 128k",
    "-f dash",
    ...Object.entries(muxer).map(([name, value]) => `-${name} ${quoted(value)}`),
    `-http_opts ${quoted(authorization(key))}`,
    quoted(address(url)),
  ];
  return lines.join(" \\\n  ");
}

/** What OBS's custom FFmpeg output is told, by the names of its fields. */
export function obsSettings(url: string, key: string): readonly (readonly [string, string])[] {
  const options = Object.entries(muxer).map(([name, value]) => `${name}=${value}`);
  return [
    ["File path or URL", address(url)],
    ["Container format", "dash"],
    // Options stand between spaces; quotes keep the one with spaces together.
    ["Muxer settings", `${options.join(" ")} http_opts='${authorization(key)}'`],
    ["Video encoder", "libx264"],
    ["Keyframe interval (frames)", "60"],
    ["Audio encoder", "aac"],
  ];
}

function address(url: string): string {
  return `${url}live.mpd`;
}

function authorization(key: string): string {
  return `headers=Authorization\\: Bearer ${key}`;
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return /^[\w+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
