using System.Text.RegularExpressions;

namespace CriSharp.Architecture.Tests;

/// <summary>What the compiler can't be told to refuse.</summary>
public sealed partial class CodeTests
{
    [Fact]
    public void UnsafeCodeAndImports_WhenUsed_AreInTheKernelsRoomAlone() =>
        AssertNowhere(UnsafeOrImport(), path => !path.StartsWith("src/CriSharp.Linux/", StringComparison.Ordinal));

    [Fact]
    public void Errors_WhenDecidedUpon_AreNotReadByTheirText() => AssertNowhere(MessageMatching(), _ => true);

    [Fact]
    public void ConfigureAwait_WhenNothingNeedsIt_IsNotThere() => AssertNowhere(ConfigureAwait(), _ => true);

    [Fact]
    public void DynamicAndReflectionEmit_InNativePrograms_AreNotThere() => AssertNowhere(Dynamic(), _ => true);

    /// <summary>C# ignores debug_redact: the text of a CRI message shows its passwords.</summary>
    [Fact]
    public void CriMessages_WhenTextIsMade_AreNotInIt()
    {
        AssertNowhere(InterpolatedMessage(), path => SeesCri().IsMatch(path));
        // crisharpctl prints the answers that a person asked for; none holds a secret.
        AssertNowhere(MessageToText(), path => SeesCri().IsMatch(path) && !path.StartsWith("src/crisharpctl/", StringComparison.Ordinal));
    }

    [Fact]
    public void RpcException_OutsideOfTheErrorDoor_IsNotThere() => AssertNowhere(
        RpcException(),
        path => !path.StartsWith("src/CriSharp.Grpc/", StringComparison.Ordinal) && !path.StartsWith("src/crisharpctl/", StringComparison.Ordinal)
            && path != "src/crisharpd/Errors/ErrorDoor.cs");

    [Fact]
    public void Regions_AndLicenceBlocks_AreNotThere() => AssertNowhere(Region(), _ => true);

    private static void AssertNowhere(Regex pattern, Func<string, bool> applies) => Assert.Empty(
        from path in SourceTree.ShippedCode
        where applies(path)
        from line in SourceTree.CodeLines(path)
        where pattern.IsMatch(line.Text)
        select $"{path}:{line.Number}: {line.Text.Trim()}");

    [GeneratedRegex(@"\bunsafe\b|\bLibraryImport\b|\bDllImport\b|\bfixed\s*\(")]
    private static partial Regex UnsafeOrImport();

    [GeneratedRegex(@"\.Message\s*\.\s*(Contains|StartsWith|EndsWith|IndexOf|Equals)\b|\.Message\s*(==|!=|is\s+"")|Regex\.\w+\(\w+\.Message")]
    private static partial Regex MessageMatching();

    // The form with options suppresses throwing, which nothing else does.
    [GeneratedRegex(@"\.ConfigureAwait\((true|false)\)")]
    private static partial Regex ConfigureAwait();

    [GeneratedRegex(@"\bdynamic\s+\w+|Reflection\.Emit|Activator\.CreateInstance|MakeGenericType|MakeGenericMethod")]
    private static partial Regex Dynamic();

    [GeneratedRegex(@"^src/(crisharpd|crisharpctl|CriSharp\.Pods|CriSharp\.Specs)/")]
    private static partial Regex SeesCri();

    // A message itself, not a field of it: {request}, {sandboxConfig}, {request.Config}, {request.Auth}.
    [GeneratedRegex(@"\$.*\{\s*(\w+\.)*(request|response|config|Config|sandboxConfig|SandboxConfig|containerConfig|podConfig|auth|Auth)\s*[},:]")]
    private static partial Regex InterpolatedMessage();

    [GeneratedRegex(@"\b(request|response|config|sandboxConfig|containerConfig|auth)\.ToString\(\)|JsonFormatter")]
    private static partial Regex MessageToText();

    [GeneratedRegex(@"\bRpcException\b")]
    private static partial Regex RpcException();

    [GeneratedRegex(@"^\s*#(end)?region\b")]
    private static partial Regex Region();
}
