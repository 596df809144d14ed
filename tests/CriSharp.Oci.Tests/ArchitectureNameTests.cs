using System.Runtime.InteropServices;

namespace CriSharp.Oci.Tests;

public sealed class ArchitectureNameTests
{
    [Theory]
    [InlineData(Architecture.X64, "amd64")]
    [InlineData(Architecture.X86, "386")]
    [InlineData(Architecture.Arm64, "arm64")]
    [InlineData(Architecture.Arm, "arm")]
    [InlineData(Architecture.Armv6, "arm")]
    [InlineData(Architecture.Ppc64le, "ppc64le")]
    [InlineData(Architecture.S390x, "s390x")]
    [InlineData(Architecture.RiscV64, "riscv64")]
    [InlineData(Architecture.LoongArch64, "loong64")]
    public void Name_IsTheImages(Architecture processor, string name) => Assert.Equal(name, ArchitectureName.Of(processor));
}
