using CriSharp.Pods.Host;

namespace CriSharp.Pods.Tests.Host;

public sealed class HostDevicesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pods-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void At_ALink_FindsTheDeviceThatItLeadsTo()
    {
        File.CreateSymbolicLink($"{_folder}/link", "/dev/full");

        Assert.Equal(('c', 1L, 7L), HostDevices.At($"{_folder}/link") is [var device] ? (device.Type, device.Major, device.Minor) : default);
    }

    [Theory]
    [InlineData("/dev/not-there")]
    [InlineData("/dev/null/below")]
    [InlineData("/dev/stdin")]
    [InlineData("/proc/self/root/dev/null")]
    [InlineData("dev/null")]
    [InlineData("/dev/nu\0ll")]
    public void At_WhatCantBeFollowed_FindsNothing(string path) => Assert.Empty(HostDevices.At(path));

    [Fact]
    public void At_ALoopOrATooLongName_FindsNothing()
    {
        File.CreateSymbolicLink($"{_folder}/loop", "loop");

        Assert.Empty(HostDevices.At($"{_folder}/loop"));
        Assert.Empty(HostDevices.At("/dev/" + new string('a', 300)));
    }
}
