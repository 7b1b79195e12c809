using LiveLedger.Cryptography.Wrapping;
using LiveLedger.Server.Settings;

namespace LiveLedger.Server.Keys;

/// <summary>Notices a change of the key-encryption key (`liveledger keys rotate`) while the server runs, follows it, and says so.</summary>
internal sealed partial class KeyWatch(ServerKeys keys, DataFolder data, ILogger<KeyWatch> log) : BackgroundService
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var before = keys.Kek.Newest.Fingerprint;
                KeySuccession.Follow(data.Keys, keys.Kek);
                var now = keys.Kek.Newest.Fingerprint;
                keys.Holder.Saw(now);
                if (now != before)
                {
                    Followed(now);
                }
            }
            catch (Exception e) when (e is KeyFileException or IOException or UnauthorizedAccessException)
            {
                // The change waits for us, and we go on with the key that we have.
                Failed(e.Message);
            }

            await Task.Delay(s_look, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(LogLevel.Information, "secrets are wrapped by a new key-encryption key from now on, fingerprint {Fingerprint}")]
    private partial void Followed(string fingerprint);

    [LoggerMessage(LogLevel.Error, "a change of the key-encryption key cannot be followed: {Reason}")]
    private partial void Failed(string reason);
}
