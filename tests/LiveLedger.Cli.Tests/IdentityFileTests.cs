using LiveLedger.Cli.Identity;

namespace LiveLedger.Cli;

/// <summary>The identity key's file.</summary>
public sealed class IdentityFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("liveledger-identity-").FullName;

    private string PathOfKey => Path.Combine(_folder, "identity.key");

    [Fact]
    public void Only_its_owner_can_open_a_new_identity()
    {
        using var key = IdentityFile.Create(PathOfKey);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(PathOfKey));
    }

    [Fact]
    public void An_identity_is_the_same_after_reading_it_back()
    {
        using var made = IdentityFile.Create(PathOfKey);
        using var read = IdentityFile.Load(PathOfKey);

        Assert.Equal(made.PublicKey, read.PublicKey);
    }

    [Fact]
    public void An_identity_is_never_overwritten()
    {
        using var made = IdentityFile.Create(PathOfKey);

        Assert.Throws<CommandFailure>(() => IdentityFile.Create(PathOfKey));
        using var read = IdentityFile.Load(PathOfKey);
        Assert.Equal(made.PublicKey, read.PublicKey);
    }

    [Fact]
    public void An_identity_that_others_can_open_is_refused()
    {
        IdentityFile.Create(PathOfKey).Dispose();
        File.SetUnixFileMode(PathOfKey, UnixFileMode.UserRead | UnixFileMode.GroupRead);

        Assert.Throws<CommandFailure>(() => IdentityFile.Load(PathOfKey));
    }

    [Theory]
    [InlineData("")]
    [InlineData("liveledger-identity-seed:")]
    [InlineData("liveledger-identity-seed:AAAA")]
    [InlineData("liveledger-identity-seed:????????????????????????????????????????????")]
    [InlineData("something else")]
    public void What_is_no_identity_file_is_refused_in_words(string text)
    {
        File.WriteAllText(PathOfKey, text);
        File.SetUnixFileMode(PathOfKey, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        Assert.Throws<CommandFailure>(() => IdentityFile.Load(PathOfKey));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
