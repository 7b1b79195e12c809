using System.Globalization;
using System.Threading.Channels;
using LiveLedger.Cryptography;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Refusals;
using Microsoft.Extensions.Hosting;

namespace LiveLedger.Licensing.Playbacks;

/// <summary>
/// Decisions that were answered before the ledger has them: one line each, in files that are on disk before the answer goes out.
/// Writers share an fsync; <see cref="SpoolDelivery"/> empties the files into the ledger.
/// </summary>
/// <remarks>
/// Files are numbered and each is written by one process only: after a crash the next number is taken, and what the crash tore at
/// the end of the old file was never answered.
/// </remarks>
internal sealed class PlaybackSpool : BackgroundService
{
    private const int MaxBatch = 512;

    private static readonly Refusal s_unwritable = new(503, "spool-unwritable", "The decision could not be written down; ask again.") { RetryAfter = TimeSpan.FromSeconds(5) };

    private readonly string _folder;
    private readonly Channel<Item> _waiting = Channel.CreateBounded<Item>(new BoundedChannelOptions(10_000) { SingleReader = true });
    private FileStream? _current;
    private long _number;

    public PlaybackSpool(string folder)
    {
        _folder = folder;
        Directory.CreateDirectory(folder);
        _number = Files().Select(NumberOf).DefaultIfEmpty(0).Max();
    }

    /// <summary>Writes a decision down before it is answered.</summary>
    /// <exception cref="RefusedException">The disk says no.</exception>
    public async Task KeepAsync(StreamName stream, NewEvent e, CancellationToken cancel)
    {
        try
        {
            await WriteAsync(new(stream, e), cancel);
        }
        catch (IOException)
        {
            throw new RefusedException(s_unwritable);
        }
    }

    /// <summary>Done when the event is on disk.</summary>
    /// <exception cref="IOException">The disk says no; nothing was promised.</exception>
    public async Task WriteAsync(SpooledEvent spooled, CancellationToken cancel)
    {
        var item = new Item(spooled.ToLine());
        await _waiting.Writer.WriteAsync(item, cancel);
        await item.Done.Task.WaitAsync(cancel);
    }

    /// <summary>Ends the file that is being written, and gives the files that no one writes any more, oldest first.</summary>
    public async Task<IReadOnlyList<string>> FinishedAsync(CancellationToken cancel)
    {
        var close = new Item(null);
        await _waiting.Writer.WriteAsync(close, cancel);
        // By number: the writer may have begun a newer file since.
        var last = await close.Done.Task.WaitAsync(cancel);
        return [.. Files().Where(f => NumberOf(f) <= last).OrderBy(NumberOf)];
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<Item>();
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(stoppingToken))
            {
                batch.Clear();
                while (batch.Count < MaxBatch && _waiting.Reader.TryRead(out var item))
                {
                    batch.Add(item);
                }

                Write(batch);
            }
        }
        finally
        {
            _waiting.Writer.TryComplete();
            _current?.Dispose();
        }
    }

    private void Write(List<Item> batch)
    {
        try
        {
            var lines = batch.Where(static i => i.Line is not null).ToList();
            if (lines.Count > 0)
            {
                var file = _current ?? OpenNext();
                foreach (var item in lines)
                {
                    file.Write(item.Line);
                }

                file.Flush(flushToDisk: true);
            }

            if (batch.Any(static i => i.Line is null))
            {
                CloseCurrent();
            }

            batch.ForEach(i => i.Done.TrySetResult(_number));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A line cut short must stay the last of its file.
            CloseCurrent();
            batch.ForEach(i => i.Done.TrySetException(new IOException($"the licence spool cannot be written: {e.Message}", e)));
        }
    }

    private FileStream OpenNext()
    {
        var path = Path.GetFullPath(Path.Combine(_folder, (++_number).ToString("d16", CultureInfo.InvariantCulture) + ".spool"));
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var file = new FileStream(path, options);
        _current = file;
        // The file's name too: without it a power cut takes away what was answered for.
        DirectorySync.Flush(Path.GetFullPath(_folder));
        return file;
    }

    private void CloseCurrent()
    {
        var file = _current;
        _current = null;
        try
        {
            file?.Dispose();
        }
        catch (IOException)
        {
            // What could not be flushed was not answered for either.
        }
    }

    private IEnumerable<string> Files() => Directory.EnumerateFiles(Path.GetFullPath(_folder), "*.spool");

    private static long NumberOf(string path) => long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0;

    /// <summary>A line to write, or, without one, the wish to end the file.</summary>
    private sealed class Item(byte[]? line)
    {
        public byte[]? Line => line;

        /// <summary>Ends with the number of the last file.</summary>
        public TaskCompletionSource<long> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
