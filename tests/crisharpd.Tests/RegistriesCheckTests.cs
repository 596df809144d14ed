using System.CommandLine;
using CriSharp.Daemon.Checks;
using CriSharp.Daemon.CommandLine;
using CriSharp.Daemon.Configuration;
using CriSharp.Daemon.Registries;
using CriSharp.Primitives;
using CriSharp.Registry.Names;

namespace CriSharp.Daemon.Tests;

/// <summary>The settings of registries, and what check says of the files behind them.</summary>
public sealed class RegistriesCheckTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crisharp-check-");

    private string Conf => PathOf("registries.conf");

    private string Auth => PathOf("auth.json");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Options_WhenNothingIsSaid_AreTheUsualOnes()
    {
        var options = Read();

        Assert.Equal((null, null, "/etc/crio/auth"), (options.ShortNameMode, options.GlobalAuthFile, options.NamespacedAuthDirectory));
    }

    [Fact]
    public void Options_ReadAsACrioConfHasThem_AndWrittenAgain()
    {
        var file = PathOf("crio.conf");
        File.WriteAllText(file, "[crio.image]\nshort_name_mode = \"disabled\"\nglobal_auth_file = \"/a.json\"\nnamespaced_auth_dir = \"/auth\"\n");
        var options = Read("--config", file);

        Assert.Equal((ShortNameMode.Disabled, "/a.json", "/auth"), (options.ShortNameMode, options.GlobalAuthFile, options.NamespacedAuthDirectory));
        File.WriteAllText(file, ConfigurationText.Of(options));
        Assert.Equal(ConfigurationText.Of(options), ConfigurationText.Of(Read("--config", file)));
    }

    [Theory]
    [InlineData("--short-name-mode", "loose")]
    [InlineData("--global-auth-file", "auth.json")]
    public void Options_ThatAreWrong_NameTheFlag(string flag, string value) =>
        Assert.Contains(flag, Assert.Throws<RuntimeException>(() => Read(flag, value)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Check_WhenAllIsWell_SaysWhatIsThere()
    {
        File.WriteAllText(Conf, "unqualified-search-registries = [\"quay.io\"]\n[aliases]\na = \"b.example/a\"");
        File.WriteAllText(Auth, """{"auths":{"a.example":{"auth":"YWxpY2U6c2VjcmV0"}},"credsStore":"vault"}""");

        var findings = await FindingsAsync();

        Assert.All(findings, finding => Assert.Equal(CheckLevel.Ok, finding.Level));
        Assert.Contains(findings, finding => finding.Words == $"{Conf}: 0 rules, 1 aliases, short names are searched at quay.io");
        Assert.Contains(findings, finding => finding.Words == $"{Auth}: 1 entries, credential helpers vault");
    }

    [Fact]
    public async Task Check_OfWrongFiles_NamesEach()
    {
        File.WriteAllText(Conf, "\nshort-name-mode = \"loose\"");
        File.WriteAllText(Auth, "{");
        var host = Directory.CreateDirectory(PathOf("certs.d/a.example:5000")).FullName;
        File.WriteAllText(Path.Combine(host, "client.key"), "");

        var errors = (await FindingsAsync()).Where(finding => finding.Level == CheckLevel.Error).Select(finding => finding.ToString()).ToList();

        Assert.Equal(3, errors.Count);
        Assert.Contains($"registries: {Conf}:2:", errors[0], StringComparison.Ordinal);
        Assert.Contains(Auth, errors[1], StringComparison.Ordinal);
        Assert.Contains("certificates of registry a.example:5000", errors[2], StringComparison.Ordinal);
        Assert.Contains("client.cert", errors[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_WhenTheConfiguredAuthFileIsAbsent_Warns() =>
        Assert.Contains(await FindingsAsync(), finding => finding.Level == CheckLevel.Warning && finding.Words.Contains(Auth, StringComparison.Ordinal));

    [Fact]
    public async Task Helper_ThatIsNotThere_IsNamed()
    {
        var failure = await Assert.ThrowsAsync<RuntimeException>(
            () => new CredentialHelperProgram(TimeSpan.FromSeconds(1)).GetAsync("none-of-that-name", "a.example", CancellationToken.None));

        Assert.Equal(ErrorKind.FailedPrecondition, failure.Kind);
        Assert.Contains("docker-credential-none-of-that-name", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sleep 100", ErrorKind.DeadlineExceeded, "did not end within")]
    [InlineData("head -c 100000 /dev/zero", ErrorKind.FailedPrecondition, "more than 65536 bytes")]
    public async Task Helper_ThatKeepsNoLimit_IsAnErrorByItsName(string script, ErrorKind kind, string words)
    {
        var name = $"test-{_folder.Name}";
        var path = PathOf($"docker-credential-{name}");
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Environment.SetEnvironmentVariable("PATH", $"{Environment.GetEnvironmentVariable("PATH")}:{_folder.FullName}");

        var failure = await Assert.ThrowsAsync<RuntimeException>(
            () => new CredentialHelperProgram(TimeSpan.FromSeconds(0.5)).GetAsync(name, "a.example", CancellationToken.None));

        Assert.Equal(kind, failure.Kind);
        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>Those of the test's own files: the machine has others.</summary>
    private async Task<IReadOnlyList<CheckFinding>> FindingsAsync()
    {
        var options = Read("--registries-conf", Conf, "--global-auth-file", Auth, "--registry-cert-dir", PathOf("certs.d"));
        var findings = await new RegistriesCheck().RunAsync(options, CancellationToken.None);
        return [.. findings.Where(finding => finding.Words.Contains(_folder.FullName, StringComparison.Ordinal))];
    }

    private static DaemonOptions Read(params string[] words)
    {
        var flags = new SettingFlags(new Dictionary<string, string>());
        var command = new Command("serve");
        flags.AddTo(command);
        var parsed = command.Parse(["--conmon", "/bin/true", "--pause", "/bin/true", "--runtimes", "runc:/bin/true", .. words]);
        Assert.Empty(parsed.Errors);
        return flags.Read(parsed);
    }
}
