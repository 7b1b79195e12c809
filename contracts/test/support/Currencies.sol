// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title A currency that behaves
contract HonestCurrency is ERC20("Honest", "OK") {
    function give(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

/// @title Keeps a part of what is transferred, or takes it from who pays; in 1/10000
contract FeeCurrency is ERC20("Fee", "FEE") {
    uint256 public fromPaid;
    uint256 public onTop;

    function give(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function charge(uint256 fromPaid_, uint256 onTop_) external {
        (fromPaid, onTop) = (fromPaid_, onTop_);
    }

    function _update(address from, address to, uint256 value) internal override {
        if (from == address(0) || to == address(0)) return super._update(from, to, value);
        super._update(from, to, value - value * fromPaid / 10_000);
        super._update(from, address(this), value * (fromPaid + onTop) / 10_000);
    }
}

/// @title Does what its owner sets: lies, refuses, or calls somebody before it moves anything
contract HostileCurrency is ERC20("Hostile", "BAD") {
    enum Manner {
        Honest,
        ReturnsFalse,
        Reverts,
        MovesNothing,
        TakesBack
    }

    Manner public manner;
    address public victim;
    bytes public call;
    bool public callSucceeded;
    bytes public callAnswer;

    function give(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function behave(Manner manner_) external {
        manner = manner_;
    }

    /// @dev On the next transfer.
    function attack(address victim_, bytes calldata call_) external {
        (victim, call) = (victim_, call_);
    }

    function transfer(address to, uint256 value) public override returns (bool) {
        return _misbehave(to, value) && super.transfer(to, value);
    }

    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        if (manner == Manner.TakesBack) {
            _burn(to, balanceOf(to));
            return true;
        }
        return _misbehave(to, value) && super.transferFrom(from, to, value);
    }

    function _misbehave(address, uint256) private returns (bool) {
        if (victim != address(0)) {
            (address at_, bytes memory data) = (victim, call);
            delete victim;
            (callSucceeded, callAnswer) = at_.call(data);
        }
        require(manner != Manner.Reverts, "hostile");
        if (manner == Manner.MovesNothing) {
            assembly {
                mstore(0, 1)
                return(0, 32)
            }
        }
        return manner != Manner.ReturnsFalse;
    }
}
