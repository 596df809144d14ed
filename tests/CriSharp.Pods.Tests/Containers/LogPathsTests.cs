using CriSharp.Pods.Containers;
using CriSharp.Primitives;

namespace CriSharp.Pods.Tests.Containers;

public sealed class LogPathsTests
{
    [Fact]
    public void Resolve_WhenBothAreGiven_JoinsThem() => Assert.Equal("/var/log/pods/a/web/0.log", LogPaths.Resolve("/var/log/pods/a", "web/0.log"));

    [Theory]
    [InlineData("", "0.log")]
    [InlineData("/var/log", "")]
    public void Resolve_WhenOneIsMissing_MeansNoLog(string directory, string path) => Assert.Equal("", LogPaths.Resolve(directory, path));

    [Theory]
    [InlineData("../../../etc/cron.d/x")]
    [InlineData("/etc/cron.d/x")]
    [InlineData("a/../../x")]
    [InlineData("a//x")]
    [InlineData("./x")]
    [InlineData("a\0b")]
    public void Resolve_WhenThePathLeavesTheDirectory_IsRefused_CVE_2025_0750(string path) =>
        Assert.Equal(ErrorKind.InvalidArgument, Assert.Throws<RuntimeException>(() => LogPaths.Resolve("/var/log", path)).Kind);
}
