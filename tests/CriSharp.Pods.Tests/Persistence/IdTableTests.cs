using CriSharp.Pods.Persistence;
using CriSharp.Primitives;

namespace CriSharp.Pods.Tests.Persistence;

public sealed class IdTableTests
{
    private readonly IdTable<string> _table = new("thing");

    public IdTableTests()
    {
        _table.Add("abc1", "one");
        _table.Add("abc2", "two");
    }

    [Fact]
    public void Get_WhenTheIdIsWhole_FindsIt() => Assert.Equal("one", _table.Get("abc1"));

    [Fact]
    public void Get_WhenTheBeginningFitsOne_FindsIt()
    {
        _table.Add("ff00", "three");
        Assert.Equal("three", _table.Get("ff"));
    }

    [Fact]
    public void Get_WhenTheBeginningFitsTwo_AsksForMoreDigits()
    {
        var failure = Assert.Throws<RuntimeException>(() => _table.Get("abc"));
        Assert.Equal(ErrorKind.InvalidArgument, failure.Kind);
    }

    [Fact]
    public void Get_WhenNothingFits_IsNotFound() => Assert.Equal(ErrorKind.NotFound, Assert.Throws<RuntimeException>(() => _table.Get("0")).Kind);

    [Fact]
    public void TryFind_WhenTheIdIsEmpty_IsRefused() =>
        Assert.Equal(ErrorKind.InvalidArgument, Assert.Throws<RuntimeException>(() => _table.TryFind("", out _)).Kind);
}
