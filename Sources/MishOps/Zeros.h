// Where the derivatives of the activations are zero. Made by Tests/Reference/zeros.py.
#pragma once

#include "Pairs.h"

constexpr Zero<10> zeroOfMishFirst = {
    -0x1.31432c0d12d84p+0, -0x1.bf319154da210p-55, 0x1.0000000000000p-5, 0x1.115acb42500bbp-2, 0x1.1ad72de53817cp-56,
    {
        -0x1.d44dbd6e9223bp-15, -0x1.60635d8671641p-15, 0x1.0a7954b2e151fp-12, 0x1.0379924a2761bp-10,
        0x1.1e5e184a119c4p-10, -0x1.b87ddfb5265cap-9, -0x1.03369d4ac90fap-6, -0x1.4c222fe64d4fap-6,
        0x1.574f121a868dbp-5, 0x1.a34a251d8ad7bp-3,
    }};

constexpr Zero<12> zero1OfMishSecond = {
    -0x1.20d0f116eb001p+1, -0x1.ed98c925498a2p-54, 0x1.0000000000000p-3, 0x1.bd7543d635e3fp-4, -0x1.db4da8c00bb55p-58,
    {
        -0x1.abd2c8336e72fp-23, 0x1.24a8981ef8fe3p-19, 0x1.86cb32f85aea0p-17, 0x1.0e70591bfd258p-15,
        0x1.4dba0c4dd279ap-15, -0x1.ba03047d87c95p-14, -0x1.9fa64b5d6ec35p-11, -0x1.451146d7bfe04p-9,
        -0x1.fa00ae6565a40p-9, 0x1.b79f54f639bcep-9, 0x1.321192f866b01p-5, 0x1.956e15ad4977cp-4,
    }};

constexpr Zero<14> zero2OfMishSecond = {
    0x1.7d9612a440040p+0, 0x1.48a1647177d43p-54, 0x1.0000000000000p-3, -0x1.d8765d356c1afp-3, 0x1.3f8363d3a092dp-57,
    {
        0x1.4444d67b7cc4dp-17, 0x1.669bc30b64b4ep-15, -0x1.1fafccae3be1bp-13, 0x1.80c0e67abba5bp-15,
        0x1.3ee8a3883941bp-11, -0x1.6f58500723c89p-10, -0x1.1990c8245ff0ep-12, 0x1.caeea162a073ep-8,
        -0x1.79fcae5ae4828p-7, -0x1.24b1188ea484ap-7, 0x1.eb6dcd56f7729p-5, -0x1.11016a32bec51p-4,
        -0x1.467b383afa813p-4, 0x1.2005f89b94e15p-2,
    }};

constexpr Zero<12> zeroOfSiluFirst = {
    -0x1.474973c84120bp+0, -0x1.f8d74bc9ac154p-54, 0x1.0000000000000p-3, 0x1.be1410460527fp-3, -0x1.25411288c445bp-58,
    {
        0x1.caf9f6be24aedp-21, 0x1.3aaab11ee8c82p-19, -0x1.8af0543e5b1fbp-19, -0x1.f2d8754307150p-16,
        -0x1.57238e6ce9a01p-15, 0x1.8574d12c8ed86p-13, 0x1.a2a7caf0fcb38p-11, 0x1.098e92b8fc78dp-13,
        -0x1.b0f82c498fd42p-8, -0x1.f2d0e32bc2995p-7, 0x1.353eb573ca457p-6, 0x1.2c563458cc0adp-3,
    }};

constexpr Zero<12> zero1OfSiluSecond = {
    -0x1.331e23ad9de11p+1, -0x1.a9c55ef03c74ap-53, 0x1.0000000000000p-3, 0x1.76e8b4eb0ea41p-4, -0x1.70c48e10eb10dp-58,
    {
        -0x1.5052e462f3aaap-22, -0x1.3fb16fecda3b6p-20, -0x1.4e85659d2579cp-20, 0x1.1af1a72cd41c7p-17,
        0x1.8e0bb1e13264fp-15, 0x1.94804c4ed55b8p-14, -0x1.e2e4a66137eb6p-14, -0x1.662f848d6b9e1p-10,
        -0x1.fa4e9f742fa6ep-9, -0x1.e178d8d2391d9p-10, 0x1.706e66bf3603bp-6, 0x1.388203715b23ep-4,
    }};

constexpr Zero<12> zero2OfSiluSecond = {
    0x1.331e23ad9de11p+1, 0x1.a9c55ef03c74ap-53, 0x1.0000000000000p-3, -0x1.76e8b4eb0ea41p-4, 0x1.70c48e10eb10dp-58,
    {
        0x1.5052e462f3aaap-22, -0x1.3fb16fecda3b6p-20, 0x1.4e85659d2579cp-20, 0x1.1af1a72cd41c7p-17,
        -0x1.8e0bb1e13264fp-15, 0x1.94804c4ed55b8p-14, 0x1.e2e4a66137eb6p-14, -0x1.662f848d6b9e1p-10,
        0x1.fa4e9f742fa6ep-9, -0x1.e178d8d2391d9p-10, -0x1.706e66bf3603bp-6, 0x1.388203715b23ep-4,
    }};

constexpr Zero<12> zeroOfGeluFirst = {
    -0x1.80ead197f00b4p-1, 0x1.13e74c58cada8p-56, 0x1.0000000000000p-3, 0x1.b9d98fa5a3215p-2, 0x1.f7c1b5439347cp-56,
    {
        -0x1.02f36f122d8d9p-17, -0x1.778e012aeaa96p-17, 0x1.69605178600fap-14, 0x1.86c828b7f7238p-13,
        -0x1.8680f70fd2e01p-11, -0x1.258a6d7c89ea2p-9, 0x1.297b9d6fefb91p-8, 0x1.3e346def40bb1p-6,
        -0x1.e4088244f8fe3p-7, -0x1.d2fa4c17c7e82p-4, -0x1.2a2ef9bb865aep-6, 0x1.8d9a941de3ac5p-2,
    }};

constexpr Zero<12> zero1OfGeluSecond = {
    -0x1.6a09e667f3bcdp+0, 0x1.bdd3413b26456p-54, 0x1.0000000000000p-3, 0x1.a911f096fbc26p-2, -0x1.0869f4052f344p-56,
    {
        -0x1.f48cff767449ap-17, 0x1.63acc2b0fa711p-15, 0x1.cf7b71d92ef54p-13, -0x1.5e4890f5cebc7p-13,
        -0x1.2786607df9bdbp-9, -0x1.57822d9acf3bap-10, 0x1.eb312cc533606p-7, 0x1.a4cc43b06f5b3p-6,
        -0x1.a911f096fbc15p-5, -0x1.5eaa386850665p-3, -0x1.0cd4f510aebe4p-63, 0x1.c2dadacf42cb8p-2,
    }};

constexpr Zero<12> zero2OfGeluSecond = {
    0x1.6a09e667f3bcdp+0, -0x1.bdd3413b26456p-54, 0x1.0000000000000p-3, -0x1.a911f096fbc26p-2, 0x1.0869f4052f344p-56,
    {
        0x1.f48cff767449ap-17, 0x1.63acc2b0fa711p-15, -0x1.cf7b71d92ef54p-13, -0x1.5e4890f5cebc7p-13,
        0x1.2786607df9bdbp-9, -0x1.57822d9acf3bap-10, -0x1.eb312cc533606p-7, 0x1.a4cc43b06f5b3p-6,
        0x1.a911f096fbc15p-5, -0x1.5eaa386850665p-3, 0x1.0cd4f510aebe4p-63, 0x1.c2dadacf42cb8p-2,
    }};

constexpr Zero<12> zeroOfGeluTanhFirst = {
    -0x1.81429f9e97e4dp-1, 0x1.4f523ed77dbdcp-55, 0x1.0000000000000p-3, 0x1.b8bacd2c96b91p-2, 0x1.7625f2e57b8e4p-56,
    {
        -0x1.096454db02784p-16, -0x1.22b9c3c56547cp-15, 0x1.0491e922d5c52p-13, 0x1.14bdf8c84adb0p-12,
        -0x1.e63f283994d59p-11, -0x1.3d8d639efaf34p-9, 0x1.58c9ed7106116p-8, 0x1.427996dc131cdp-6,
        -0x1.104a83edc0d61p-6, -0x1.d2b7734647088p-4, -0x1.029615edb077ap-6, 0x1.8cd1a2b2fff33p-2,
    }};

constexpr Zero<12> zero1OfGeluTanhSecond = {
    -0x1.6b23142700629p+0, -0x1.750d2fad2c04bp-54, 0x1.0000000000000p-3, 0x1.a360c3e39b758p-2, -0x1.bec24ff748c4bp-57,
    {
        -0x1.adb77c580d2a6p-18, 0x1.6e6bb2467a892p-13, 0x1.127529ceae8c3p-12, -0x1.89f207bc1043ep-11,
        -0x1.5a7bd6dd2744bp-9, 0x1.9022f2f53dff5p-11, 0x1.11cd249c4bfaep-6, 0x1.4842653d9bb9cp-6,
        -0x1.d0e682b098a08p-5, -0x1.49ec14523aa5cp-3, 0x1.0bae229791eabp-7, 0x1.ba73788e0f42ep-2,
    }};

constexpr Zero<12> zero2OfGeluTanhSecond = {
    0x1.6b23142700629p+0, 0x1.750d2fad2c04bp-54, 0x1.0000000000000p-3, -0x1.a360c3e39b758p-2, 0x1.bec24ff748c4bp-57,
    {
        0x1.adb77c580d2a6p-18, 0x1.6e6bb2467a892p-13, -0x1.127529ceae8c3p-12, -0x1.89f207bc1043ep-11,
        0x1.5a7bd6dd2744bp-9, 0x1.9022f2f53dff5p-11, -0x1.11cd249c4bfaep-6, 0x1.4842653d9bb9cp-6,
        0x1.d0e682b098a08p-5, -0x1.49ec14523aa5cp-3, -0x1.0bae229791eabp-7, 0x1.ba73788e0f42ep-2,
    }};

constexpr Zero<14> zeroOfTanhexpFirst = {
    -0x1.14302c3c10f30p+0, -0x1.b8c761c7b1289p-54, 0x1.0000000000000p-3, 0x1.68f6b660942b4p-2, -0x1.accdaf88af092p-57,
    {
        -0x1.d72e8a238fdb5p-17, -0x1.8fa59e1f216e4p-14, -0x1.bc74ccc2dbd2dp-13, -0x1.a766b8b454bb4p-13,
        0x1.3cfba5d8ba6cdp-12, 0x1.b4408238d273fp-10, 0x1.bdae46c099ca5p-9, 0x1.6b4739a7ec2bcp-9,
        -0x1.70f433c7c539ep-8, -0x1.a1972d506cdafp-6, -0x1.75ed50eb6a64bp-5, -0x1.76ccc7f75d230p-6,
        0x1.b9cbc0b27eec1p-4, 0x1.4d0848bbb42d2p-2,
    }};

constexpr Zero<12> zero1OfTanhexpSecond = {
    -0x1.0871c46039638p+1, 0x1.6137baaf8cfe7p-54, 0x1.0000000000000p-3, 0x1.18b5b425c4e5ap-3, -0x1.73420de938198p-59,
    {
        0x1.8cc166b0c5b04p-17, 0x1.7425f7794a929p-16, 0x1.27d6f304e7bd3p-16, -0x1.128467adff20ap-14,
        -0x1.930688632dff3p-12, -0x1.382e13d6778cep-10, -0x1.52cae04f40a7fp-9, -0x1.d3f65c13be0d2p-9,
        0x1.c69336e770cd7p-13, 0x1.44f66e5a915a2p-6, 0x1.2132d6dff7668p-4, 0x1.20ae973d05418p-3,
    }};

constexpr Zero<16> zero2OfTanhexpSecond = {
    0x1.64a4080af062fp-1, -0x1.bdab9a3b0a7eep-55, 0x1.0000000000000p-3, -0x1.aaea43e283bd4p-1, 0x1.a45031fdfe9d1p-55,
    {
        0x1.0dc42cb8dd9b9p-4, 0x1.35c94fe76f40cp-7, -0x1.16cc8c806d335p-3, 0x1.0a210f1cf3d63p-5, 0x1.dbb3663bd4817p-3,
        -0x1.68eef8c289429p-3, -0x1.5b3463425ac0bp-2, 0x1.0f3cb1e80ab7bp-1, 0x1.b51e2b604e888p-2,
        -0x1.2c0ac61a2422cp+0, -0x1.bd02b6bc45553p-2, 0x1.f50f0a5e5a2e3p+0, 0x1.aea505df961a1p-3,
        -0x1.2bd96c7e77a2dp+1, 0x1.8762912042373p-2, 0x1.9be7c8f57e59ep+0,
    }};

constexpr Zero<12> zeroOfLogishFirst = {
    -0x1.5f592781c9063p+0, 0x1.67550801af0a8p-54, 0x1.0000000000000p-3, 0x1.77a21c898b59fp-3, 0x1.14e7cb493f4e1p-57,
    {
        -0x1.b02c2552d4c48p-24, 0x1.21e5c88bedffap-19, 0x1.42933e45f0113p-18, -0x1.b8b8b88d8e640p-17,
        -0x1.24ab3bfa6cee7p-14, 0x1.5faebdfb75c1fp-19, 0x1.53c5cd1256859p-11, 0x1.1e70fec5f8a56p-10,
        -0x1.e2554fa3fa6cbp-9, -0x1.eb4f4e73487edp-7, 0x1.9d4c9b15c36a6p-9, 0x1.bd267d771edb8p-4,
    }};

constexpr Zero<12> zero1OfLogishSecond = {
    -0x1.444806bd00bd4p+1, -0x1.02815aaff8c97p-53, 0x1.0000000000000p-3, 0x1.47fbf83132456p-4, 0x1.1394e41c2f31cp-58,
    {
        -0x1.1d3e84a48bea1p-25, -0x1.405955c223678p-20, -0x1.046fc860db4f6p-18, -0x1.9e1742ffa6bb6p-21,
        0x1.3eadabe7b3ae5p-15, 0x1.2268319d3a108p-13, 0x1.9d22a8846d275p-14, -0x1.f2e4d23d0c31ap-11,
        -0x1.fc2704c16dc7ap-9, -0x1.1912885f1ef87p-8, 0x1.e2543e0b6f007p-7, 0x1.01e03ec5cd3a2p-4,
    }};

constexpr Zero<12> zero2OfLogishSecond = {
    0x1.288b8b03513aep+1, 0x1.ad868ad16551fp-53, 0x1.0000000000000p-3, -0x1.9510d2a559f4dp-5, -0x1.0ada495b12a01p-61,
    {
        0x1.1a68d3d9cff0cp-23, -0x1.706059eb79ed4p-22, -0x1.5c7f71f4f2384p-23, 0x1.4a36eac421005p-18,
        -0x1.414ca3f498017p-16, 0x1.8fda5feffb045p-16, 0x1.df4d6bc6d30f2p-14, -0x1.756a32bba49a2p-11,
        0x1.af23ca52ec45dp-10, 0x1.4e8e452e219a0p-12, -0x1.cff30a4eaf7ebp-7, 0x1.5d0ae0d99a8c3p-5,
    }};

constexpr Zero<12> zeroOfSmishFirst = {
    -0x1.64ff378b68101p+0, 0x1.9b36cef2903e8p-55, 0x1.0000000000000p-3, 0x1.738c870456665p-3, 0x1.eac36102ef5b6p-57,
    {
        -0x1.858aa0aad5b68p-23, 0x1.76e2d12781323p-18, 0x1.7751faef73c20p-17, -0x1.968fb2d12dfd1p-16,
        -0x1.0b8a712a94accp-13, -0x1.0af56cad117b9p-15, 0x1.d9725a1fa93f6p-11, 0x1.bfa985b6c972ep-10,
        -0x1.eb78a4d558a7cp-9, -0x1.1fba7dd06c2bap-6, -0x1.af107708c380dp-10, 0x1.ac94462c6bd8cp-4,
    }};

constexpr Zero<12> zero1OfSmishSecond = {
    -0x1.468a74479f224p+1, -0x1.f8e803e97d5b8p-53, 0x1.0000000000000p-3, 0x1.493da3875a86ap-4, -0x1.06c1f9248dfb7p-61,
    {
        -0x1.a29c8a21d21d9p-22, -0x1.3e033e50dc665p-19, -0x1.4e5569ffdf614p-18, 0x1.1b395bab92637p-18,
        0x1.0037ce4147b83p-14, 0x1.7363ddff276c6p-13, 0x1.49943d474bea5p-14, -0x1.3c3881182dd2fp-10,
        -0x1.24edfb2a4dcb7p-8, -0x1.3ec7875e9fd21p-8, 0x1.e78a6731a8653p-7, 0x1.0525f5f35af8bp-4,
    }};

constexpr Zero<12> zero2OfSmishSecond = {
    0x1.1b92ee21e98b8p+1, -0x1.d8243bf5063bap-58, 0x1.0000000000000p-3, -0x1.212e19d1fe854p-5, 0x1.8a031d3c1207dp-59,
    {
        0x1.c4eb99499406ep-25, 0x1.3aba24760fc2ep-23, -0x1.60055ea26cfd9p-20, 0x1.34622a7c5ed17p-18,
        -0x1.e0c927af1d78bp-18, -0x1.1ad8a911b9f13p-16, 0x1.44bdd7441b4f1p-13, -0x1.12c7a96257a4ap-11,
        0x1.8e56d7244e0f9p-11, 0x1.a95e96e232bd5p-10, -0x1.958f72d9de952p-7, 0x1.06a7980b5e383p-5,
    }};

constexpr Zero<12> zeroOfSerfFirst = {
    -0x1.316c60ccb69dbp+0, 0x1.1d9ecd0f85993p-55, 0x1.0000000000000p-3, 0x1.34bdb29d97b36p-2, -0x1.84f9246d435c7p-58,
    {
        -0x1.ef72c18d0ef0ap-20, -0x1.32a81c1ffbfd2p-16, -0x1.762d95b08dc24p-15, -0x1.42f0f6bb1b84ap-20,
        0x1.5c3c311bb03b9p-12, 0x1.12c414b4c1659p-10, 0x1.c90510bc9361ap-11, -0x1.28850b62a35c2p-8,
        -0x1.32985cfc85ddap-6, -0x1.7e4ec0f21ae20p-6, 0x1.857e8a8303fb9p-5, 0x1.da577f6c75892p-3,
    }};

constexpr Zero<12> zero1OfSerfSecond = {
    -0x1.20d4e8d0a43d7p+1, 0x1.c512d53a2f475p-54, 0x1.0000000000000p-3, 0x1.f6c82f780fb8ap-4, -0x1.3c646e1dd0038p-59,
    {
        -0x1.47cb27f3d5c55p-24, 0x1.38e0cb9c9f338p-19, 0x1.8958b3eafad11p-17, 0x1.0a09da7e1d976p-15,
        0x1.24af16cf9c394p-15, -0x1.177721f49ecfap-13, -0x1.d9e0413f6c723p-11, -0x1.6ca5831e6b93dp-9,
        -0x1.192a5ca36cd6bp-8, 0x1.ffd0a8fbcda58p-9, 0x1.5a83c6657b6e4p-5, 0x1.c9e57ab715f38p-4,
    }};

constexpr Zero<14> zero2OfSerfSecond = {
    0x1.1896792aa7829p+0, -0x1.798d237de626dp-54, 0x1.0000000000000p-3, -0x1.e8379be0522f1p-2, -0x1.ffa62e9d49295p-57,
    {
        -0x1.39376900e9af9p-13, 0x1.0380e39194cf9p-11, 0x1.8fbc77cf0e4d1p-11, -0x1.57def47de2f26p-9,
        -0x1.b90764c5d1386p-9, 0x1.91eed7063464fp-7, 0x1.92cdea34c4180p-7, -0x1.97ed4c7df9b85p-5,
        -0x1.0f23b925ecbefp-5, 0x1.572942611bbbbp-3, 0x1.5dcc4877850a9p-5, -0x1.b1870a3f42dd6p-2,
        0x1.95c50543a8b3fp-4, 0x1.37a180f32cab2p-1,
    }};

constexpr Zero<14> zero1OfPhishFirst = {
    -0x1.3207c77a943e3p+0, 0x1.932495489a85ap-56, 0x1.0000000000000p-3, -0x1.766978bf318e4p-2, 0x1.4a3fd49d15c2bp-58,
    {
        -0x1.567285d3d8368p-13, -0x1.d765da4cb0d49p-12, 0x1.c7402acb1f1c6p-12, 0x1.cf81ebcc66cd3p-10,
        -0x1.481144f8a8168p-11, -0x1.b4abec0371214p-8, -0x1.bacda81f0e582p-9, 0x1.f19c9135fc780p-7,
        0x1.6bc510e49e169p-7, -0x1.698d42afa686ep-5, -0x1.96f97a78e10f5p-6, 0x1.8a4188fc0deaep-3,
        0x1.02efd9d50c8c4p-2, -0x1.6be6268fcd622p-3,
    }};

constexpr Zero<14> zero2OfPhishFirst = {
    0x0.0p+0, 0x0.0p+0, 0x1.0000000000000p-3, 0x1.0000000000000p+0, 0x1.8323dae54ad44p-73,
    {
        -0x1.2f965f38d1c07p-5, 0x1.0022eddc474c4p-6, 0x1.62e989e924f7dp-4, 0x1.25e44a5da627bp-4,
        -0x1.111a04f960818p-4, -0x1.a2004c0468d3bp-3, -0x1.f2f865194fe8ep-4, 0x1.a6d8476775ef4p-3,
        0x1.af25273803207p-2, 0x1.3c2b45f19c9a3p-3, -0x1.cf52f0b15130ap-2, -0x1.a989d6b5262aap-1,
        -0x1.5555555555555p-3, 0x1.32633e6df28bcp+0,
    }};

constexpr Zero<14> zero1OfPhishSecond = {
    -0x1.e237ef40d638dp+0, -0x1.a22fc17bb108bp-54, 0x1.0000000000000p-3, -0x1.b67ddbee0f85cp-2, -0x1.5ab40491207fdp-58,
    {
        0x1.c613db44e68c1p-12, 0x1.37ffaef494fe1p-16, -0x1.76621c453219fp-10, -0x1.2e569485da394p-9,
        0x1.30173918e4e1ap-11, 0x1.067ee12520b3cp-7, 0x1.9cbfe68a2c69cp-7, -0x1.0c731cabb2078p-8,
        -0x1.ac9d1eee778d5p-5, -0x1.0de1897e832b0p-4, 0x1.8069e11b73d7fp-4, 0x1.4cf838819f3f0p-2,
        0x1.252d8e589c39ap-3, -0x1.a4b4f3b666899p-2,
    }};

constexpr Zero<14> zero2OfPhishSecond = {
    -0x1.e1b3d637e84bcp-2, -0x1.a933be95dc57ep-59, 0x1.0000000000000p-3, 0x1.8e129e595df90p+0, 0x1.654da81768155p-54,
    {
        0x1.1d4a3cb83fa40p-6, -0x1.9e64cd74d85bcp-7, -0x1.f1f5707b42e10p-5, -0x1.317a957fe6984p-4,
        -0x1.032fda49e52ccp-5, 0x1.3a17c95a5d389p-4, 0x1.1764f4299fe2cp-2, 0x1.5c78de288767cp-2,
        -0x1.254767ac261f7p-4, -0x1.28067e2177cc9p-1, -0x1.30c0daea5b18ap-1, -0x1.416d8b80c2b6bp-1,
        -0x1.8d517acbd225ap-3, 0x1.87c735f2945a6p+0,
    }};

constexpr Zero<16> zero3OfPhishSecond = {
    0x1.33ac124b45799p+0, 0x1.4e579e6b25c62p-54, 0x1.0000000000000p-3, -0x1.8ea607bba1e3dp+0, -0x1.c0891619eb7adp-63,
    {
        -0x1.42cb462bea95dp-3, -0x1.0864e85747307p-1, 0x1.8bcbd2b3d00d1p-1, 0x1.088e2908b6f14p-4,
        -0x1.3aea169773b0bp+0, 0x1.1b7694aa4b750p+0, 0x1.6cc1906a093b6p-1, -0x1.1fbdf91a94bb8p+1,
        0x1.22f6363cde956p+0, 0x1.ef52e30e1e9bcp+0, -0x1.99b596872b389p+1, 0x1.f765c33fbb906p-2, 0x1.991fd33c9c372p+1,
        -0x1.943a987df01f1p+1, -0x1.a9e80a4ce24a2p-2, 0x1.598d961dff116p+1,
    }};
