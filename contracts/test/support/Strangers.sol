// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @title Takes no coin
contract RefusingPayee {
    receive() external payable {
        revert("no");
    }

    function act(address at_, bytes calldata data) external payable returns (bytes memory answer) {
        bool done;
        (done, answer) = at_.call{value: msg.value}(data);
        require(done, "act failed");
    }
}

/// @title Calls back whenever it is paid
contract ReenteringPayee {
    address private _at;
    bytes private _call;
    uint256 public attempts;
    uint256 public successes;

    function plan(address at_, bytes calldata call_) external {
        (_at, _call) = (at_, call_);
    }

    receive() external payable {
        if (_call.length == 0) return;
        ++attempts;
        (bool done,) = _at.call(_call);
        if (done) ++successes;
    }

    function act(address at_, bytes calldata data) external payable returns (bytes memory answer) {
        bool done;
        (done, answer) = at_.call{value: msg.value}(data);
        require(done, "act failed");
    }
}

/// @title A wallet that is a contract (ERC-1271): it answers what it is told to, and says so to one hash, to all, or by a lie
contract ContractWallet {
    enum Manner {
        OneHash,
        Everything,
        Nothing,
        WrongWord,
        Short,
        Reverts
    }

    Manner public manner;
    bytes32 public approved;

    function approve(bytes32 hash) external {
        (manner, approved) = (Manner.OneHash, hash);
    }

    function behave(Manner manner_) external {
        manner = manner_;
    }

    function isValidSignature(bytes32 hash, bytes calldata) external view returns (bytes4) {
        if (manner == Manner.Reverts) revert("no");
        if (manner == Manner.Short) {
            assembly {
                mstore(0, shl(224, 0x1626ba7e))
                return(0, 4)
            }
        }
        if (manner == Manner.WrongWord) return 0xffffffff;
        bool yes = manner == Manner.Everything || (manner == Manner.OneHash && hash == approved);
        return yes ? this.isValidSignature.selector : bytes4(0);
    }

    function act(address at_, bytes calldata data) external payable returns (bytes memory answer) {
        bool done;
        (done, answer) = at_.call{value: msg.value}(data);
        require(done, "act failed");
    }
}
