using System.Text.RegularExpressions;
using CriSharp.Daemon.Configuration;

namespace CriSharp.Daemon.Tests.Configuration;

public sealed partial class ConfigurationTextTests : IDisposable
{
    private readonly SettingSamples _samples = new();

    public static TheoryData<string> Flags => SettingSamples.Flags;

    public void Dispose() => _samples.Dispose();

    [Theory]
    [MemberData(nameof(Flags))]
    public void Setting_IsDocumentedInFull(string flag)
    {
        var setting = Settings.All.Single(setting => setting.Flag == flag);
        Assert.NotEmpty(setting.Words);
        Assert.NotEmpty(setting.Takes);
        Assert.DoesNotContain('[', setting.Words);
        Assert.Contains(setting.Takes, setting.Help, StringComparison.Ordinal);
        if (setting.Key is not null)
        {
            var text = ConfigurationText.Usual();
            Assert.Contains($"# {setting.Words}\n", text, StringComparison.Ordinal);
            Assert.Contains($"{setting.Flag}, {setting.Variable}; ", text, StringComparison.Ordinal);
        }
    }

    /// <summary>Printed, and read from what was printed: the same.</summary>
    [Theory]
    [MemberData(nameof(Flags))]
    public void Printed_WithOneSettingChanged_IsReadTheSame(string flag)
    {
        var before = _samples.Before(flag);
        var text = ConfigurationText.Of(SettingSamples.Read([.. before, .. _samples.FlagWords(flag)]));
        Assert.NotEqual(ConfigurationText.Of(SettingSamples.Read(before)), text);
        Assert.Equal(text, ConfigurationText.Of(SettingSamples.Read(["--config", _samples.FileOf("printed.conf", text)])));
    }

    [Fact]
    public void Usual_SaysNothing_AndWhatItWouldSayIsWhatIsUsual()
    {
        var usual = ConfigurationText.Usual();
        var nothing = SettingSamples.Read(SettingSamples.Programs);
        Assert.Equal(ConfigurationText.Of(nothing), ConfigurationText.Of(SettingSamples.Read([.. SettingSamples.Programs, "--config", _samples.FileOf("usual.conf", usual)])));

        var said = Commented().Replace(usual[..usual.IndexOf("#[crio.runtime.runtimes", StringComparison.Ordinal)], "");
        Assert.Contains("\nlog_level = \"info\"\n", said, StringComparison.Ordinal);
        Assert.Equal(ConfigurationText.Of(nothing), ConfigurationText.Of(SettingSamples.Read([.. SettingSamples.Programs, "--config", _samples.FileOf("said.conf", said)])));
    }

    [GeneratedRegex("^#(?=[a-z_]+ = )", RegexOptions.Multiline)]
    private static partial Regex Commented();
}
